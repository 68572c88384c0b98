package cli

import (
	"strings"

	"github.com/zeitwork/zeitwork/client"
)

// failureText says why a deployment failed: in sentences, and with what the app wrote last. What a build wrote stands in its log.
func failureText(failure client.DeploymentError) string {
	lines := value(failure.Output)
	if failure.Step == "build" || len(lines) == 0 {
		return failure.Message
	}

	return failure.Message + " Its last lines:\n" + strings.Join(lines, "\n")
}
