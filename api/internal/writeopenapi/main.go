// Command writeopenapi writes the OpenAPI documents of /v1 into the current folder: openapi.yaml for people and tools,
// openapi-3.0.yaml for generators that read no newer version.
package main

import (
	"fmt"
	"os"

	"github.com/zeitwork/zeitwork/api"
)

func main() {
	for name, downgrade := range map[string]bool{"openapi.yaml": false, "openapi-3.0.yaml": true} {
		if err := write(name, downgrade); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

func write(name string, downgrade bool) error {
	document, err := api.Description(downgrade)
	if err != nil {
		return fmt.Errorf("describe the API: %w", err)
	}

	if err := os.WriteFile(name, document, 0o644); err != nil { //nolint:gosec // The document is public.
		return fmt.Errorf("write the OpenAPI document: %w", err)
	}

	return nil
}
