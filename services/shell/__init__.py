"""What every service needs: home, database, peers, logs, health, HTTP."""
