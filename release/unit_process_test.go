package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/samber/lo"
	"golang.org/x/sys/unix"

	"github.com/zeitwork/zeitwork/internal/netnamespace"
	"github.com/zeitwork/zeitwork/internal/systemservice"
)

// dynamicUser is of the range from which systemd takes a service's user.
const dynamicUser = 61234

// setpriv is the program that takes capabilities from a service that runs as root.
const setpriv = "/usr/bin/setpriv"

// unitProcess is the process of a unit.
type unitProcess struct {
	command  *exec.Cmd
	log      string
	patience time.Duration
	// ended is closed when the process has ended, with err.
	ended chan struct{}
	err   error
}

// start runs a unit as systemd does: its command with the settings of its file, and nothing of this process's environment. A service with a user of its own has
// the machine's files for its root, and the directory of its state; others make mounts that containerd has to see, and see this machine's files, with the unit's
// capabilities alone.
func (u systemdUnit) start(m *packagedMachine) (*unitProcess, error) {
	if _, err := os.Stat(m.path(u.one("ConditionPathExists"))); err != nil {
		return nil, errors.Join(errNoCondition, err)
	}

	settings, err := systemservice.Service{SettingsFile: m.path(u.one("EnvironmentFile"))}.ReadSettings()
	if err != nil {
		return nil, err
	}

	seconds, err := strconv.Atoi(u.one("TimeoutStopSec"))
	if err != nil {
		return nil, fmt.Errorf("read TimeoutStopSec: %w", err)
	}

	arguments := strings.Fields(u.one("ExecStart"))
	command := exec.Command(arguments[0], arguments[1:]...)
	command.Dir = "/"
	command.Env = environ(settings)
	command.SysProcAttr = &syscall.SysProcAttr{Setsid: true}

	if u.one("DynamicUser") == "true" {
		state := filepath.Join("/var/lib", u.one("StateDirectory"))
		if err := m.giveState(state, u.one("StateDirectoryMode")); err != nil {
			return nil, err
		}

		command.SysProcAttr.Chroot = m.root
		command.SysProcAttr.Credential = &syscall.Credential{Uid: dynamicUser, Gid: dynamicUser}

		if u.one("AmbientCapabilities") == "CAP_NET_BIND_SERVICE" {
			command.SysProcAttr.AmbientCaps = []uintptr{unix.CAP_NET_BIND_SERVICE}
		}
	} else {
		arguments[0] = m.path(arguments[0])
		command.Path, command.Args = setpriv, append([]string{setpriv, "--no-new-privs", "--bounding-set", u.capabilities(), "--"}, arguments...)
	}

	return runUnit(command, m, time.Duration(seconds)*time.Second)
}

// capabilities are those that the service may have, as setpriv takes them.
func (u systemdUnit) capabilities() string {
	allowed := lo.Map(strings.Fields(u.one("CapabilityBoundingSet")), func(name string, _ int) string {
		return "+" + strings.ToLower(strings.TrimPrefix(name, "CAP_"))
	})

	return strings.Join(append([]string{"-all"}, allowed...), ",")
}

// environ is the environment of a service with these settings.
func environ(settings map[string]string) []string {
	return append(lo.MapToSlice(settings, func(name, value string) string { return name + "=" + value }), "PATH="+os.Getenv("PATH"))
}

// giveState makes the directory of a service's state, which belongs to its user.
func (m *packagedMachine) giveState(directory, mode string) error {
	wanted, err := strconv.ParseUint(mode, 8, 32)
	if err != nil {
		return fmt.Errorf("read StateDirectoryMode: %w", err)
	}

	if err := os.MkdirAll(m.path(directory), 0o755); err != nil {
		return err
	}

	return filepath.WalkDir(m.path(directory), func(path string, _ os.DirEntry, err error) error {
		return errors.Join(err, os.Lchown(path, dynamicUser, dynamicUser), lo.Ternary(path == m.path(directory), os.Chmod(m.path(directory), os.FileMode(wanted)), nil))
	})
}

func runUnit(command *exec.Cmd, m *packagedMachine, patience time.Duration) (*unitProcess, error) {
	p := &unitProcess{command: command, log: m.path(fmt.Sprintf("log-%d", m.starts)), patience: patience, ended: make(chan struct{})}

	log, err := os.Create(p.log)
	if err != nil {
		return nil, err
	}

	defer func() { _ = log.Close() }()

	command.Stdout, command.Stderr = log, log

	if err := netnamespace.Do(m.namespace, command.Start); err != nil {
		return nil, fmt.Errorf("start %s: %w", command, err)
	}

	go func() {
		p.err = command.Wait()
		close(p.ended)
	}()

	return p, nil
}

func (p *unitProcess) stop(ctx context.Context) error {
	select {
	case <-p.ended:
		return fmt.Errorf("it has ended by itself (%w): %s", p.err, p.written())
	default:
	}

	if err := p.command.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}

	ctx, cancel := context.WithTimeout(ctx, p.patience)
	defer cancel()

	select {
	case <-p.ended:
		return p.err
	case <-ctx.Done():
		return errors.Join(fmt.Errorf("it has not ended within TimeoutStopSec: %s", p.written()), p.kill())
	}
}

// kill ends the process, if it has not ended, and returns when it has.
func (p *unitProcess) kill() error {
	select {
	case <-p.ended:
		return nil
	default:
	}

	err := p.command.Process.Kill()
	<-p.ended

	return err
}

// written are the last lines that it has written.
func (p *unitProcess) written() string { return lastLines(p.log) }
