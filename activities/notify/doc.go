// Package notify tells people outside of the platform what happened to a deployment, and operators what is wrong with the platform: by e-mail,
// in Slack, or by a signed webhook.
//
// A message may be sent twice, since nobody can tell whether a server has taken it before a worker died: it carries an id by which the receiver knows that.
package notify
