# LangGraph Server with the graph, the experts that run on a CPU, and one volume for all data. See docs/studio.md.
FROM python:3.12-slim

WORKDIR /app
COPY . .
RUN pip install --no-cache-dir -c constraints.txt '.[embedded,studio]' \
    && useradd --create-home --uid 1000 app \
    && install -d -o app /data /data/home /data/files

USER 1000
WORKDIR /data
VOLUME /data
ENV HUGGINGGPT_HOME=/data/home \
    HUGGINGGPT_FILE_ROOTS=/data/files
EXPOSE 2024
HEALTHCHECK --start-period=30s CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:2024/ok')"]
CMD ["langgraph", "dev", "--config", "/app/langgraph.json", "--host", "0.0.0.0", "--port", "2024", "--no-browser", "--no-reload", "--n-jobs-per-worker", "10"]
