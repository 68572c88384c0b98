package buildplan

import "fmt"

// DefaultPort is the port that an app is told to listen on where neither the project nor the source names one.
const DefaultPort = 8080

// ChoosePort returns the port of an app that listens on whatever PORT says, and a sentence that says why it is that port. wanted is the
// project's setting, 0 where the project has none.
func ChoosePort(wanted int) (int, string) {
	if wanted != 0 {
		return wanted, fmt.Sprintf("The project's settings say that the app listens on port %d.", wanted)
	}

	return DefaultPort, fmt.Sprintf("It listens on PORT, which is %d.", DefaultPort)
}
