"""What a sweep's results say: columns, filters, seed spread, medians, and which axis matters."""
