package api

import (
	"os"
	"testing"
)

func TestX(t *testing.T) {
	d, err := Description(true)
	if err != nil {
		t.Fatal(err)
	}
	os.WriteFile("openapi-3.0.yaml", d, 0o644)
	d, _ = Description(false)
	os.WriteFile("openapi.yaml", d, 0o644)
}
