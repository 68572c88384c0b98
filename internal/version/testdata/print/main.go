// Command print writes what a build says of itself.
package main

import (
	"encoding/json"
	"os"

	"github.com/zeitwork/zeitwork/internal/version"
)

func main() {
	if err := json.NewEncoder(os.Stdout).Encode(version.Get()); err != nil {
		os.Exit(1)
	}
}
