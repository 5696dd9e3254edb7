"""What a sweep's results say: columns, filters, luck, medians, and which axis matters."""
