// Package github asks GitHub, github.com or an Enterprise Server, as a GitHub App and as the people who sign in.
//
// Client knows where GitHub is: it signs people in and makes the App. App acts for the App itself, and Installation for one account that has it: it
// lists, polls and reads repositories and reports to them. User acts for somebody who has signed in.
//
// Every caller of the API has a budget of its own, which keeps below GitHub's limits: where it is used up, or GitHub has asked for a pause, requests
// fail at once with an Error that says until when. Nothing is asked twice by this package: whoever calls decides what is tried again.
//
// Tokens of installations live in memory alone and are made anew before they end. They stand in headers, never in a URL, a log line or an error.
package github
