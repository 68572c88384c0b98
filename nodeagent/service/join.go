package service

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/zeitwork/zeitwork/internal/hostpackages"
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
	Tailnet  Tailnet
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
	if err := checkMachine(); err != nil {
		return err
	}

	if err := JoinTailnet(ctx, tailscaled.Socket(options.Settings[tailscaledSetting]), options.Tailnet, options.Say); err != nil {
		return err
	}

	options.Say("asking the API at " + options.Settings[apiSetting])

	j, err := begin(ctx, options)
	if err != nil {
		return err
	}

	// A value that the file of settings cannot hold is told before anything is changed.
	if _, err := formatSettings(j.settings); err != nil {
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

	settings, err := formatSettings(j.settings)
	if err != nil {
		return err
	}

	changed, err := install(settings)
	if err != nil {
		return err
	}

	if err := start(ctx, changed, options.Say); err != nil {
		return err
	}

	options.Say("waiting until the API has seen the node")

	if err := awaitContact(ctx, options.Wait, options.Say); err != nil {
		return err
	}

	return removeOtherKeys(j.settings[keySetting])
}

// prepare installs the packages that are missing, and looks whether VMs can run then.
func prepare(ctx context.Context, config nodeagent.Config, say func(string)) error {
	if err := hostpackages.Ensure(ctx, say, missingPackages(config)...); err != nil {
		return err
	}

	if err := systemctl(ctx, "enable", "--now", "containerd.service"); err != nil {
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

// install writes the files of the service, and tells whether one has changed.
func install(settings []byte) (bool, error) {
	const secret, public = 0o600, 0o644

	newSettings, err := write(SettingsFile, settings, secret)
	if err != nil {
		return false, err
	}

	newProgram, err := installProgram()
	if err != nil {
		return false, err
	}

	newUnit, err := write(unitFile, Unit(Program, unitNote), public)

	return newSettings || newProgram || newUnit, err
}

func start(ctx context.Context, changed bool, say func(string)) error {
	if err := systemctl(ctx, "daemon-reload"); err != nil {
		return err
	}

	if err := systemctl(ctx, "enable", "--quiet", Name); err != nil {
		return err
	}

	verb := "start"
	if changed {
		verb = "restart" // It starts a service that is stopped, too.
	}

	say(verb + "ing the service " + Name)

	return systemctl(ctx, verb, Name)
}

// awaitContact returns once the service says that the API has taken a report of it. Where edges cannot reach the node's VMs, it says why.
func awaitContact(ctx context.Context, wait time.Duration, say func(string)) error {
	const pause = 200 * time.Millisecond

	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()

	for {
		now, err := stateOf(ctx, Name)
		if err != nil && ctx.Err() == nil {
			return err
		}

		if obstacle, ok := strings.CutPrefix(now.status, nodeagent.StatusOutOfReach); ok {
			say("the node gets no VMs yet, since edges cannot reach them: " + obstacle)

			return nil
		}

		if now.status == nodeagent.StatusInTouch {
			return nil
		}

		// systemd starts it again and again. Its last words say why it ends.
		if now.active == "failed" || strings.TrimLeft(now.restarts, "0") != "" {
			return fmt.Errorf("the service %s does not stay up; mend what it says and join again: %s", Name, journal(ctx))
		}

		select {
		case <-ctx.Done():
			return fmt.Errorf("the service %s runs, and the API has not seen it within %s (%s): `journalctl --unit=%s` says more: %w",
				Name, wait, now.status, Name, context.Cause(ctx))
		case <-time.After(pause):
		}
	}
}

// IsInstalled tells whether anything of the service is on this machine.
func IsInstalled() bool {
	for _, path := range []string{SettingsFile, unitFile} {
		if _, err := os.Stat(path); err == nil {
			return true
		}
	}

	return false
}
