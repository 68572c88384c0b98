package cli

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/user"
	"runtime"
	"strings"
	"time"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/liveline"
)

// maxMachine is how long the platform lets the name of a machine be.
const maxMachine = 100

// loginByBrowser has the user sign in with a browser, wherever that is, and returns the token that the platform then gives this program.
func (a *app) loginByBrowser(ctx context.Context, address string) (string, error) {
	api, err := client.NewClientWithResponses(address, client.WithHTTPClient(newHTTPClient()))
	if err != nil {
		return "", UsageError(fmt.Errorf("%q is not the URL of a platform: %w", address, err))
	}

	begun, err := checked(api.CreateDeviceLoginWithResponse(ctx, client.CreateDeviceLoginInputBody{Machine: machineName()}))
	if isRefused(err, http.StatusNotFound) {
		return "", UsageError(fmt.Errorf("%s is of a version that signs in with tokens alone: zeitwork login --token", address))
	}

	if err != nil {
		return "", err
	}

	login := begun.JSON201
	a.sayf("Open  %s\nand let this program in, which shows the code  %s", login.VerificationURIComplete, login.UserCode)

	if a.isDesktop() {
		if err := browse(ctx, login.VerificationURIComplete); err != nil && !errors.Is(err, errNoBrowser) {
			a.sayf("The browser did not open: %s", err)
		}
	}

	return a.awaitDevice(ctx, api, login)
}

// awaitDevice asks the platform for the token until the user has decided.
func (a *app) awaitDevice(ctx context.Context, api *API, login *client.DeviceLogin) (string, error) {
	line := liveline.New(a.Err, liveline.WidthOf(a.Err))
	defer line.Set("")

	end := time.Now().Add(time.Duration(login.ExpiresIn) * time.Second)
	interval := time.Duration(login.Interval) * time.Second

	for {
		if err := waitFor(ctx, line, interval, end); err != nil {
			return "", err
		}

		answer, err := checked(api.CreateDeviceTokenWithResponse(ctx, client.CreateDeviceTokenInputBody{DeviceCode: login.DeviceCode}))

		switch {
		case err != nil && ExitCode(err) == ExitFailure && time.Now().Before(end):
			// The platform is away, or asked too often: it is asked more slowly from then on (RFC 8628, 3.5).
			interval += time.Duration(login.Interval) * time.Second

			continue
		case err != nil:
			return "", err
		}

		switch state := answer.JSON200; state.State {
		case client.DeviceTokenStateSignedIn:
			return state.Token.Secret, nil
		case client.DeviceTokenStatePending, client.DeviceTokenStateSlowDown:
			interval = max(interval, time.Duration(value(state.Interval))*time.Second)
		case client.DeviceTokenStateDenied:
			return "", signedOut("you have kept this program out")
		case client.DeviceTokenStateExpired:
			return "", signedOut("the code is over: nobody has let this program in within %s, or the answer was lost. Run `zeitwork login` again",
				time.Duration(login.ExpiresIn)*time.Second)
		}
	}
}

// waitFor shows that the program waits until the interval is over.
func waitFor(ctx context.Context, line *liveline.Line, interval time.Duration, end time.Time) error {
	const frame = 120 * time.Millisecond

	ticker, over := time.NewTicker(frame), time.NewTimer(interval)
	defer ticker.Stop()
	defer over.Stop()

	frames := []rune("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏")

	for n := 0; ; n++ {
		line.Set(fmt.Sprintf("%c Waiting for you to sign in … %s left", frames[n%len(frames)], time.Until(end).Round(time.Second)))

		select {
		case <-ctx.Done():
			return interrupted()
		case <-over.C:
			return nil
		case <-ticker.C:
		}
	}
}

// isDesktop tells whether somebody sits before this machine's own screen.
func (a *app) isDesktop() bool {
	if a.Environ["SSH_CONNECTION"] != "" || a.Environ["SSH_TTY"] != "" || !isTerminal(a.Err) {
		return false
	}

	return runtime.GOOS != "linux" || a.Environ["DISPLAY"] != "" || a.Environ["WAYLAND_DISPLAY"] != ""
}

// machineName is how the user knows this machine again.
func machineName() string {
	name, err := os.Hostname()
	if err != nil {
		name = "a machine"
	}

	if who, err := user.Current(); err == nil {
		name = who.Username + "@" + name
	}

	printable := strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r <= 0x9f {
			return -1
		}

		return r
	}, name)

	return lo.Substring("zeitwork on "+printable, 0, maxMachine)
}
