package systemservice

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

const (
	// Program is where services have the binary. All services of a machine share it.
	Program = "/usr/local/bin/zeitwork"

	settingsFolder = "/etc/zeitwork"
	unitFolder     = "/etc/systemd/system"
)

// Service is a service that a machine may have.
type Service struct {
	// Name is the name of the service, as systemctl takes it.
	Name string
	// Unit is the text of its unit.
	Unit []byte
	// SettingsFile has its settings, a token among them. Only root reads it.
	SettingsFile string
	// SettingsNote is the first line of that file.
	SettingsNote string
}

func (s Service) unitFile() string { return filepath.Join(unitFolder, s.Name+".service") }

// WithProgram is the text of a unit that runs the program in the place of Program. The note is its first line.
func WithProgram(unit, program, note string) []byte {
	return []byte(note + "\n" + strings.Replace(unit, "ExecStart="+Program+" ", "ExecStart="+program+" ", 1))
}

// IsInstalled tells whether anything of the service is on this machine.
func (s Service) IsInstalled() bool { return exists(s.SettingsFile) || exists(s.unitFile()) }

// Install writes the files of the service, and tells whether one has changed. The program is a copy of the one that runs.
func (s Service) Install(settings []byte) (changed bool, err error) {
	const secret, public = 0o600, 0o644

	newSettings, err := Write(s.SettingsFile, settings, secret)
	if err != nil {
		return false, err
	}

	newProgram, err := installProgram()
	if err != nil {
		return false, err
	}

	newUnit, err := Write(s.unitFile(), s.Unit, public)

	return newSettings || newProgram || newUnit, err
}

// Start starts the service now and at each start of the machine. One that runs is started again where its files have changed.
func (s Service) Start(ctx context.Context, changed bool, say func(step string)) error {
	if err := Systemctl(ctx, "daemon-reload"); err != nil {
		return err
	}

	if err := Systemctl(ctx, "enable", "--quiet", s.Name); err != nil {
		return err
	}

	verb := "start"
	if changed {
		verb = "restart" // It starts a service that is stopped, too.
	}

	say(verb + "ing the service " + s.Name)

	return Systemctl(ctx, verb, s.Name)
}

// Await returns once isReady says so of what the service tells as its status (Tell). It fails where the service ends, or is not ready in time.
func (s Service) Await(ctx context.Context, wait time.Duration, isReady func(status string) bool) error {
	const pause = 200 * time.Millisecond

	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()

	for {
		now, err := stateOf(ctx, s.Name)
		if err != nil && ctx.Err() == nil {
			return err
		}

		if isReady(now.status) {
			return nil
		}

		// systemd starts it again and again. Its last words say why it ends.
		if now.active == "failed" || strings.TrimLeft(now.restarts, "0") != "" {
			return fmt.Errorf("the service %s does not stay up; mend what it says and join again: %s", s.Name, s.journal(ctx))
		}

		select {
		case <-ctx.Done():
			return fmt.Errorf("the service %s runs, and the API has not seen it within %s (%s): `journalctl --unit=%s` says more: %w",
				s.Name, wait, now.status, s.Name, context.Cause(ctx))
		case <-time.After(pause):
		}
	}
}

// IsActive tells whether the service runs.
func (s Service) IsActive(ctx context.Context) (bool, error) {
	now, err := stateOf(ctx, s.Name)

	return now.active == "active", err
}

// Stop ends the service, also one that a Debian package has brought, and has no start of the machine start it. Its files stay.
func (s Service) Stop(ctx context.Context, say func(step string)) error {
	now, err := stateOf(ctx, s.Name)
	if err != nil || now.load == "not-found" && now.active != "active" {
		return err
	}

	say("stopping the service " + s.Name)

	return Systemctl(ctx, "disable", "--now", "--quiet", s.Name)
}

// Remove takes the files of a service that has ended off this machine, and others that are its own. The program goes where no other service of this machine has
// it. The settings go last, so that a Remove that was cut off can be done again.
func (s Service) Remove(ctx context.Context, others ...string) error {
	if err := remove(s.unitFile()); err != nil {
		return err
	}

	if err := Systemctl(ctx, "daemon-reload"); err != nil {
		return err
	}

	shared, err := isShared()
	if err != nil {
		return err
	}

	if !shared {
		others = append(others, Program)
	}

	if err := remove(append(others, s.SettingsFile)...); err != nil {
		return err
	}

	return RemoveEmpty(settingsFolder)
}

// isShared tells whether a unit of this machine runs the program.
func isShared() (bool, error) {
	units, err := filepath.Glob(filepath.Join(unitFolder, "zeitwork-*.service"))
	if err != nil {
		return false, fmt.Errorf("look for other services: %w", err)
	}

	for _, unit := range units {
		text, err := os.ReadFile(unit)
		if err != nil {
			return false, fmt.Errorf("look for other services: %w", err)
		}

		if strings.Contains(string(text), "\nExecStart="+Program+" ") {
			return true, nil
		}
	}

	return false, nil
}
