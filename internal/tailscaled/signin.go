package tailscaled

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
)

// SignIn says how a machine that is in no tailnet yet signs in to one.
type SignIn struct {
	// AuthKey is a key of Tailscale's that signs machines in; empty: the machine is signed in already.
	AuthKey string
	// Tags are what the tailnet's policy knows the machine by, with commas between.
	Tags string
	// LoginServer is the URL of another control plane than Tailscale's own; empty: that one.
	LoginServer string
	// AcceptsRoutes is whether the machine takes the routes of others: edges reach the VMs of nodes by them, and nodes reach no VMs but their own.
	AcceptsRoutes bool
}

// Join signs the machine in to its tailnet by the tailscaled that listens at the socket, where it is not signed in. Without a socket the machine is to be in
// none.
func (s Socket) Join(ctx context.Context, with SignIn, say func(step string)) error {
	if s == "" {
		return nil
	}

	status, err := s.Status(ctx)

	switch {
	case err != nil:
		return fmt.Errorf("tailscaled does not answer at %s: install tailscale (https://tailscale.com/download/linux), which starts it: %w", s, err)
	case status.State == Running:
		return nil
	case with.AuthKey == "":
		return fmt.Errorf("this machine is in no tailnet (%s): join again with --tailscale-auth-key-file, or run `tailscale up` first", status.State)
	}

	say("signing in to the tailnet")

	return s.signIn(ctx, with)
}

// signIn hands the key over in a file that root alone reads, since everybody on the machine sees arguments.
func (s Socket) signIn(ctx context.Context, with SignIn) error {
	file, err := os.CreateTemp("/run", "zeitwork-auth-key-")
	if err != nil {
		return fmt.Errorf("hand the auth key to tailscale: %w", err)
	}

	defer func() { _ = os.Remove(file.Name()) }()

	_, err = file.WriteString(with.AuthKey)
	if err := errors.Join(err, file.Close()); err != nil {
		return fmt.Errorf("hand the auth key to tailscale: %w", err)
	}

	// What the machine was told before, as the routes of another node, is reset. VMs see the addresses of edges, as the filters of their interfaces need.
	arguments := []string{
		"--socket=" + string(s), "up", "--reset", "--auth-key=file:" + file.Name(), "--advertise-tags=" + with.Tags,
		"--accept-routes=" + strconv.FormatBool(with.AcceptsRoutes), "--snat-subnet-routes=false", "--timeout=1m",
	}
	if with.LoginServer != "" {
		arguments = append(arguments, "--login-server="+with.LoginServer)
	}

	output, err := exec.CommandContext(ctx, "tailscale", arguments...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("sign in to the tailnet (`tailscale up`): %w: %s", err, strings.TrimSpace(string(output)))
	}

	return nil
}
