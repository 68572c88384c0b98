package service

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"

	"github.com/zeitwork/zeitwork/internal/hostpackages"
	"github.com/zeitwork/zeitwork/internal/systemservice"
	"github.com/zeitwork/zeitwork/internal/tailscaled"
	"github.com/zeitwork/zeitwork/nodeagent"
	"github.com/zeitwork/zeitwork/nodeagent/containers"
	"github.com/zeitwork/zeitwork/nodeagent/kata"
)

// The settings that joining sets itself.
const (
	apiSetting      = "ZEITWORK_API_URL"
	registrySetting = "ZEITWORK_REGISTRY_HOST"
	tokenSetting    = "ZEITWORK_NODE_TOKEN" //nolint:gosec // It is the name of one.
	keySetting      = "ZEITWORK_NODE_KEY_FILE"
)

// tailscaledSetting is the socket of the machine's tailscaled.
const tailscaledSetting = "ZEITWORK_NODE_TAILSCALED"

// Options say how a machine joins.
type Options struct {
	// Settings are those of the service, by the names of their environment variables.
	Settings map[string]string
	Tailnet  tailscaled.SignIn
	// Configure reads the settings.
	Configure func(settings map[string]string) (nodeagent.Config, error)
	// OneTimeToken is what the machine joins with; empty: it has the token of the settings.
	OneTimeToken string
	// NewToken tells that the token of the settings was not there before. NewKey tells that the machine is to have another key, and another token with it.
	NewToken, NewKey bool
	// Kata is the release of Kata Containers that is installed where none is; without a URL none is.
	Kata kata.Archive
	// Verify checks the machine before it joins; nil: that is not asked for.
	Verify func(ctx context.Context, settings map[string]string) error
	// Wait is how long the service may take until the API has seen it.
	Wait time.Duration
	// Say is told what is being done.
	Say func(step string)
}

// Join makes this machine a node: it installs what is missing, binds the node's token to a key of this machine, writes the settings, starts the service, and
// returns once the API has seen it. A service that is there gets the new settings and this binary; that stops no VM. Before the API has accepted the token,
// Join changes nothing but the machine's place in its tailnet, which the API may be in.
func Join(ctx context.Context, options Options) error {
	node := Service()
	if err := node.CheckMachine(); err != nil {
		return err
	}

	if err := tailscaled.Socket(options.Settings[tailscaledSetting]).Join(ctx, options.Tailnet, options.Say); err != nil {
		return err
	}

	options.Say("asking the API at " + options.Settings[apiSetting])

	j, err := begin(ctx, options)
	if err != nil {
		return err
	}

	// A value that the file of settings cannot hold is told before anything is changed.
	if _, err := node.FormatSettings(j.settings); err != nil {
		return err
	}

	if options.Kata.URL != "" {
		options.Say("installing Kata Containers, unless /opt/kata is there")

		if err := kata.Install(ctx, options.Kata, containers.Shim(j.config.Runtime)); err != nil {
			return err
		}
	}

	if err := prepare(ctx, j.config, options.Say); err != nil {
		return err
	}

	if options.Verify != nil {
		if err := options.Verify(ctx, j.settings); err != nil {
			return err
		}
	}

	if err := j.obtainToken(ctx, options); err != nil {
		return err
	}

	settings, err := node.FormatSettings(j.settings)
	if err != nil {
		return err
	}

	changed, err := node.Install(settings)
	if err != nil {
		return err
	}

	if err := node.Start(ctx, changed, options.Say); err != nil {
		return err
	}

	options.Say("waiting until the API has seen the node")

	if err := node.Await(ctx, options.Wait, func(status string) bool { return isInTouch(status, options.Say) }); err != nil {
		return err
	}

	return removeOtherKeys(j.settings[keySetting])
}

// prepare installs the packages that are missing, and looks whether VMs can run then.
func prepare(ctx context.Context, config nodeagent.Config, say func(string)) error {
	if err := hostpackages.Ensure(ctx, say, missingPackages(config)...); err != nil {
		return err
	}

	if err := systemservice.Systemctl(ctx, "enable", "--now", "containerd.service"); err != nil {
		return err
	}

	var failed []error

	for _, finding := range nodeagent.Check(ctx, config) {
		switch {
		case finding.OK:
		case finding.Tolerable:
			say(finding.Part + ": " + finding.Detail + " " + finding.Advice)
		default:
			failed = append(failed, fmt.Errorf("%s: %s %s", finding.Part, finding.Detail, finding.Advice))
		}
	}

	if len(failed) > 0 {
		return fmt.Errorf("VMs cannot run on this machine yet; mend this and join again: %w", errors.Join(failed...))
	}

	return nil
}

// missingPackages are Debian's packages of programs that are not there. Those of other sources, such as Docker's containerd.io, serve as well.
func missingPackages(config nodeagent.Config) []string {
	var missing []string

	if _, err := exec.LookPath("containerd"); err != nil {
		missing = append(missing, "containerd")
	}

	if _, err := exec.LookPath("catatonit"); err != nil && config.Init == "" {
		missing = append(missing, "catatonit")
	}

	if _, err := exec.LookPath("mkfs.ext4"); err != nil {
		missing = append(missing, "e2fsprogs")
	}

	return missing
}

// isInTouch tells whether the service says that the API has taken a report of it. Where edges cannot reach the node's VMs, it says why.
func isInTouch(status string, say func(string)) bool {
	obstacle, outOfReach := strings.CutPrefix(status, nodeagent.StatusOutOfReach)
	if outOfReach {
		say("the node gets no VMs yet, since edges cannot reach them: " + obstacle)
	}

	return outOfReach || status == nodeagent.StatusInTouch
}
