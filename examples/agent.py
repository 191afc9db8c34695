"""A tool of a LangChain agent. A scripted server plays the agent's model here: put your own in its place."""

from langchain.agents import create_agent
from langchain_openai import ChatOpenAI

from hugginggpt import as_tool
from hugginggpt.tools.scripted import ScriptedAgentModel, serve

turns = [[("hugginggpt", {"request": "What language is 'guten Tag'?"})], "It is German."]
with serve(ScriptedAgentModel(turns)) as server, as_tool() as tool:
    model = ChatOpenAI(model="scripted", base_url=f"{server.url}/v1", api_key="any")
    agent = create_agent(model, [tool])
    state = agent.invoke({"messages": [{"role": "user", "content": "Which language is this: guten Tag?"}]})
    for message in state["messages"]:
        print(f"{message.type}: {message.content}")
