//! Sightings -> who is reachable from the seeds, how, and where the walk stopped.
