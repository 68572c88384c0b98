package service

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"github.com/zeitwork/zeitwork/internal/tailscaled"
)

// Tailnet says how a machine that is in no tailnet yet signs in to one.
type Tailnet struct {
	// AuthKey is a key of Tailscale's that signs machines in; empty: the machine is signed in already.
	AuthKey string
	// Tags are what the tailnet's policy knows nodes by, with commas between.
	Tags string
	// LoginServer is the URL of another control plane than Tailscale's own; empty: that one.
	LoginServer string
}

// JoinTailnet signs the machine in to its tailnet by the tailscaled that listens at the socket, where it is not signed in. Without a socket the machine is to
// be in none. The agent advertises the node's prefix itself, once the API has told it.
func JoinTailnet(ctx context.Context, socket tailscaled.Socket, tailnet Tailnet, say func(step string)) error {
	if socket == "" {
		return nil
	}

	status, err := socket.Status(ctx)

	switch {
	case err != nil:
		return fmt.Errorf("tailscaled does not answer at %s: install tailscale (https://tailscale.com/download/linux), which starts it: %w", socket, err)
	case status.State == tailscaled.Running:
		return nil
	case tailnet.AuthKey == "":
		return fmt.Errorf("this machine is in no tailnet (%s): join again with --tailscale-auth-key-file, or run `tailscale up` first", status.State)
	}

	say("signing in to the tailnet")

	return signIn(ctx, socket, tailnet)
}

// signIn hands the key over in a file that root alone reads, since everybody on the machine sees arguments.
func signIn(ctx context.Context, socket tailscaled.Socket, tailnet Tailnet) error {
	file, err := os.CreateTemp("/run", "zeitwork-auth-key-")
	if err != nil {
		return fmt.Errorf("hand the auth key to tailscale: %w", err)
	}

	defer func() { _ = os.Remove(file.Name()) }()

	_, err = file.WriteString(tailnet.AuthKey)
	if err := errors.Join(err, file.Close()); err != nil {
		return fmt.Errorf("hand the auth key to tailscale: %w", err)
	}

	// What the machine was told before, as the routes of another node, is reset. Nodes take no routes of others: they reach no VMs but their own. VMs see the
	// addresses of edges, as the filters of their interfaces need.
	arguments := []string{
		"--socket=" + string(socket), "up", "--reset", "--auth-key=file:" + file.Name(), "--advertise-tags=" + tailnet.Tags,
		"--accept-routes=false", "--snat-subnet-routes=false", "--timeout=1m",
	}
	if tailnet.LoginServer != "" {
		arguments = append(arguments, "--login-server="+tailnet.LoginServer)
	}

	output, err := exec.CommandContext(ctx, "tailscale", arguments...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("sign in to the tailnet (`tailscale up`): %w: %s", err, strings.TrimSpace(string(output)))
	}

	return nil
}
