package cli

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os/exec"
	"runtime"
)

// errNoBrowser means that this machine has no program that opens URLs.
var errNoBrowser = errors.New("no program opens URLs here")

// browse opens a URL in the user's browser, without waiting for it.
func browse(ctx context.Context, address string) error {
	// The address comes from the platform: nothing but a web page is opened.
	if parsed, err := url.Parse(address); err != nil || !isWebScheme(parsed.Scheme) {
		return fmt.Errorf("%q is no address of a web page", address)
	}

	arguments := []string{"xdg-open", address}

	switch runtime.GOOS {
	case "darwin":
		arguments = []string{"open", address}
	case "windows":
		arguments = []string{"rundll32", "url.dll,FileProtocolHandler", address}
	}

	program, err := exec.LookPath(arguments[0])
	if err != nil {
		return errNoBrowser
	}

	// It goes on when this command has ended.
	if err := exec.CommandContext(context.WithoutCancel(ctx), program, arguments[1:]...).Start(); err != nil {
		return fmt.Errorf("start %s: %w", arguments[0], err)
	}

	return nil
}
