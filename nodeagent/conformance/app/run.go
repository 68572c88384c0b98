package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"
)

const (
	// Command is the argument that makes the zeitwork binary the app. What it is to do follows.
	Command = "conformance-app"

	// Serve has the app serve on the port in PORT, and on the next one.
	Serve = "serve"
	// Release has the app write ReleaseLine and end with the exit code that follows.
	Release = "release"
	crowd   = "crowd"

	// ModeVariable is the environment variable that says how the app behaves.
	ModeVariable = "MODE"
	// ModeStubborn has the app ignore SIGTERM.
	ModeStubborn = "stubborn"
)

// What the app writes.
const (
	ReleaseLine    = "the release command runs"
	SlowLine       = "a slow request has begun"
	TerminatedLine = "SIGTERM: requests under way are answered first"
)

// Run does what the arguments behind Command say. It returns when the app ends by itself.
func Run(arguments []string) error {
	if len(arguments) == 0 {
		return errors.New("nothing to do: this command is for the VMs of `zeitwork node conformance`")
	}

	switch action, rest := arguments[0], arguments[1:]; {
	case action == Serve:
		return serve()
	case action == Release && len(rest) == 1:
		return release(rest[0])
	case action == crowd && len(rest) == 1:
		return gather(rest[0])
	default:
		return fmt.Errorf("there is nothing to do for %q", arguments)
	}
}

func release(code string) error {
	number, err := strconv.Atoi(code)
	if err != nil {
		return fmt.Errorf("read the exit code: %w", err)
	}

	fmt.Println(ReleaseLine) //nolint:forbidigo // It is the app's log.
	os.Exit(number)

	return nil
}

func serve() error {
	port, err := strconv.Atoi(os.Getenv("PORT"))
	if err != nil {
		return fmt.Errorf("read PORT: %w", err)
	}

	const headerTime = time.Minute

	server := &http.Server{Handler: newHandler(), ReadHeaderTimeout: headerTime}
	ended := make(chan error, 1)

	// The second port is one that no edge has any business on.
	for _, number := range []int{port, port + 1} {
		listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp4", ":"+strconv.Itoa(number))
		if err != nil {
			return fmt.Errorf("listen: %w", err)
		}

		go func() { ended <- server.Serve(listener) }()
	}

	terminated := make(chan os.Signal, 1)
	signal.Notify(terminated, syscall.SIGTERM)

	for {
		select {
		case err := <-ended:
			return fmt.Errorf("serve: %w", err)
		case <-terminated:
		}

		if os.Getenv(ModeVariable) != ModeStubborn {
			fmt.Println(TerminatedLine) //nolint:forbidigo // It is the app's log.

			return server.Shutdown(context.Background())
		}
	}
}
