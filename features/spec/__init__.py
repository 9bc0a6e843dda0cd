"""The living specification: what the scenarios really do, beside what the charts and the portal's descriptions say."""
