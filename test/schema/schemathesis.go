package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/zeitwork/zeitwork/api"
	"github.com/zeitwork/zeitwork/test/rig"
)

// version is that of Schemathesis (https://schemathesis.readthedocs.io).
const version = "4.32.5"

// installSchemathesis returns the program, which is installed into the cache folder where it is absent.
func installSchemathesis(ctx context.Context, cacheDir string) (string, error) {
	folder := filepath.Join(cacheDir, "tools", "schemathesis-"+version)
	program, done := filepath.Join(folder, "bin", "schemathesis"), filepath.Join(folder, "installed")

	if _, err := os.Stat(done); err == nil {
		return program, nil
	}

	say("installing Schemathesis " + version)

	for _, command := range [][]string{
		{"python3", "-m", "venv", "--clear", folder},
		{filepath.Join(folder, "bin", "pip"), "install", "--quiet", "--disable-pip-version-check", "schemathesis==" + version},
	} {
		if _, err := rig.Run(exec.CommandContext(ctx, command[0], command[1:]...)); err != nil {
			return "", fmt.Errorf("install Schemathesis: %w", err)
		}
	}

	if err := os.WriteFile(done, nil, 0o600); err != nil {
		return "", fmt.Errorf("note that Schemathesis is installed: %w", err)
	}

	return program, nil
}

// beyondSchemas are the operations with input whose rules no schema can express, such as those for the names of branches, hostnames and streams: of these a
// valid request by the schema may be refused. All other checks hold for them, too.
var beyondSchemas = []string{"create-project", "update-project", "create-domain", "create-deployment", "follow-streams"}

// hindering are the operations that are not called: they set quotas, and made-up ones would have most other requests refused.
var hindering = []string{"set-platform-quotas", "set-quotas"}

// configuration is Schemathesis' configuration file. Streams end behind what there is, and long-polls do not wait.
func configuration(tokens api.Tokens) string {
	var text strings.Builder

	fmt.Fprintf(&text, `
request-timeout = 10
continue-on-failure = true

[parameters]
"query.follow" = false
"query.wait_seconds" = 0

[auth.openapi]
user_token = { bearer = "%s" }
node_token = { bearer = "%s" }
edge_token = { bearer = "%s" }
`, tokens.User, tokens.Node, tokens.Edge)

	for _, operation := range beyondSchemas {
		fmt.Fprintf(&text, `
[[operations]]
include-operation-id = "%s"
[operations.checks]
positive_data_acceptance.enabled = false
`, operation)
	}

	for _, operation := range hindering {
		fmt.Fprintf(&text, `
[[operations]]
include-operation-id = "%s"
enabled = false
`, operation)
	}

	return text.String()
}

// runSchemathesis sends requests for as long as was asked for. Its error says that an answer is not as described.
func runSchemathesis(ctx context.Context, chosen options, file, url string) error {
	seconds := strconv.Itoa(int(chosen.limit / time.Second))
	command := exec.CommandContext(ctx, chosen.tool, "--config-file", file, "run", url+"/v1/openapi.yaml",
		"--seed", strconv.FormatInt(chosen.seed, 10), "--max-time", seconds, "--no-color")
	command.Dir, command.Stdout, command.Stderr = chosen.folder, os.Stdout, os.Stderr

	if err := command.Run(); err != nil {
		return fmt.Errorf("with the seed %d: %w", chosen.seed, err)
	}

	return nil
}
