"""The stand-ins as web applications of their own: Gosuslugi, and the clinic's desk. They need the extra `web`."""
