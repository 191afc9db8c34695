"""The network as every client of ours uses it: addresses judged, answers bounded, proxies chosen, one deadline a call."""
