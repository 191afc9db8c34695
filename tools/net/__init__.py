"""HTTP calls: transports for httpx, limits of each response, address checks, and what the errors of clients mean."""
