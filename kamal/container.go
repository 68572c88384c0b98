package kamal

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/samber/lo"
)

// dockerStopTimeout is how long Docker lets a container end where nothing says how long.
const dockerStopTimeout = 10 * time.Second

// Container is what Kamal has Docker run for a role on its first machine.
type Container struct {
	Name, Hostname, Image string
	// Command are the arguments behind the image.
	Command []string
	// Environment are variables as NAME=value. Where a name is there twice, the last one counts.
	Environment []string
	Labels      map[string]string
	// StopTimeout is how long it has from SIGTERM to SIGKILL.
	StopTimeout time.Duration
}

// Container returns what Kamal has Docker run for a role in a version. The secrets are by the names that the configuration has for them; one that is missing is
// an error, as it is Kamal's.
func (c Config) Container(destination, role, version string, secrets map[string]string) (Container, error) {
	found, ok := c.Servers[role]
	if !ok || len(found.Hosts) == 0 {
		return Container{}, fmt.Errorf("the destination %s has no machine for the role %s", destination, role)
	}

	if len(found.Options) > 0 {
		return Container{}, fmt.Errorf("the role %s has options for Docker, which nobody here knows: %v", role, found.Options)
	}

	name := strings.Join([]string{c.Service, role, destination, version}, "-")
	container := Container{
		Name: name, Hostname: found.Hosts[0], Image: c.Registry.Server + "/" + c.Image + ":" + version, Command: strings.Fields(found.Command),
		Environment: []string{"KAMAL_CONTAINER_NAME=" + name, "KAMAL_VERSION=" + version, "KAMAL_HOST=" + found.Hosts[0]},
		Labels:      map[string]string{"service": c.Service, "role": role, "destination": destination},
		StopTimeout: cmp.Or(time.Duration(found.StopTimeout)*time.Second, dockerStopTimeout),
	}

	// What is clear is in the command line; secrets are in a file, over which the command line goes.
	for _, secret := range slices.Concat(c.Env.Secret, found.Env.Secret) {
		inside, outside, isNamed := strings.Cut(secret, ":")
		if !isNamed {
			outside = inside
		}

		value, ok := secrets[outside]
		if !ok {
			return Container{}, fmt.Errorf("the secret %s is in none of the files of secrets", outside)
		}

		container.Environment = append(container.Environment, inside+"="+value)
	}

	plain := lo.Assign(c.Env.Clear, found.Env.Clear)
	for _, name := range slices.Sorted(maps.Keys(plain)) {
		container.Environment = append(container.Environment, name+"="+plain[name])
	}

	return container, nil
}
