package main

// The people of the demo, by their logins.
const (
	ada   = "ada"
	grace = "grace"
	alan  = "alan"
	// lin is invited and has not come yet; robin is somebody from elsewhere, who has a fork.
	lin   = "lin"
	robin = "robin"
)

// account is the organization on GitHub that ada administers, and the organisation of the platform that it is connected to.
const account = "acme"

// fullName is what a person is called beside a commit, and by the platform.
func fullName(login string) string {
	return map[string]string{ada: "Ada Lovelace", grace: "Grace Hopper", alan: "Alan Turing", lin: "Lin Lanying", robin: "Robin Milner"}[login]
}
