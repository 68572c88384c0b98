package cli

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/samber/lo"
)

// installCommand is what an operator runs on the machine that is to be a node or an edge. The token stands in no argument, which everybody on the machine would
// see. Where apiURL is not empty, the machine reaches the API there, and not where browsers do.
func installCommand(ctx context.Context, api *API, kind, apiURL, token string) (string, error) {
	settings, err := checked(api.GetMachineSettingsWithResponse(ctx))
	if err != nil {
		return "", err
	}

	url := strings.TrimSuffix(lo.CoalesceOrEmpty(apiURL, settings.JSON200.APIURL), "/")
	command := "curl -fsSL " + url + "/install/" + kind + " | ZEITWORK_JOIN_TOKEN=" + token + " sh"

	if apiURL != "" {
		command += " -s -- ZEITWORK_API_URL=" + url
	}

	return command, nil
}

// printJoin prints the command that makes a machine the node or edge with that name.
func (a *app) printJoin(result any, name, command string) error {
	return a.print(result, func(w io.Writer) {
		a.sayf("Run this as root on the machine that is to be %s, within an hour:", name)
		_, _ = fmt.Fprintln(w, command)
	})
}

// nextName returns the first of kind-1, kind-2 and so on that no machine has.
func nextName[M any](kind string, machines []M, nameOf func(M) string) string {
	taken := lo.SliceToMap(machines, func(m M) (string, bool) { return nameOf(m), true })

	for number := 1; ; number++ {
		if name := fmt.Sprintf("%s-%d", kind, number); !taken[name] {
			return name
		}
	}
}
