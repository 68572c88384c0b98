// Package workflows carries deployments from a commit to a URL, as chains of River jobs whose whole state is in
// Postgres.
//
// A step is one job kind. It ends in one transaction that proves that this attempt still owns the job and that the
// deployment still stands at this step, writes the result, inserts the next job and completes this one. A crash before
// the commit repeats the step, a crash after it never does, and a worker that was presumed dead writes nothing when it
// comes back. So every activity must be safe to run twice.
//
// Deployments starts, cancels and repeats deployments, for the API; Worker runs them.
package workflows
