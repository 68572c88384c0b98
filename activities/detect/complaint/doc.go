// Package complaint recognises what the tools of frameworks say when a build fails, and tells the user what to change.
package complaint
