package buildplan

import "fmt"

// ChoosePort returns the port of what listens wherever PORT says and, in a sentence, why it is that.
func ChoosePort(wanted int) (int, string) {
	if wanted != 0 {
		return wanted, fmt.Sprintf("The project's settings say that the app listens on port %d.", wanted)
	}

	return DefaultPort, fmt.Sprintf("It listens on PORT, which is %d.", DefaultPort)
}
