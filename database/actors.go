package database

// The kinds of actor in the audit log, as audit_events.actor_kind has them.
const (
	ActorUser     = "user"
	ActorToken    = "token" // A token of an organisation.
	ActorNode     = "node"
	ActorEdge     = "edge"
	ActorPlatform = "platform" // Nobody asked: a push that was polled, or a command on the database.
)
