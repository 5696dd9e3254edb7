"""What several tests share: pages, browsers, servers, executors and results."""
