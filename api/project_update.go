package api

import (
	"strings"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
)

// apply returns the project with the settings that the update names, and their names.
func (u ProjectUpdate) apply(row database.Project) (after database.Project, changed []string) {
	changed = []string{}
	set(&row.RepositoryURL, u.RepositoryURL, "repository_url", &changed)
	set(&row.Branch, u.Branch, "branch", &changed)
	set(&row.RootDirectory, u.RootDirectory, "root_directory", &changed)
	set(&row.DockerfilePath, u.DockerfilePath, "dockerfile_path", &changed)
	set(&row.MemoryBytes, u.MemoryBytes, "memory_bytes", &changed)
	set(&row.AutoDeploy, u.AutoDeploy, "auto_deploy", &changed)
	set(&row.Instances, narrow(u.Instances), "instances", &changed)
	set(&row.CPUMillis, narrow(u.CPUMillis), "cpu_millis", &changed)

	if u.Port != nil {
		row.Port = portOf(*u.Port)
		changed = append(changed, "port")
	}

	if u.HealthPath != nil {
		row.HealthPath = lo.EmptyableToPtr(*u.HealthPath)
		changed = append(changed, "health_path")
	}

	if u.ReleaseCommand != nil {
		row.ReleaseCommand = releaseCommandOf(*u.ReleaseCommand)
		changed = append(changed, "release_command")
	}

	if u.BuildVariables != nil {
		row.BuildVariables = lo.Uniq(u.BuildVariables)
		changed = append(changed, "build_variables")
	}

	return row, changed
}

func set[T any](field, value *T, name string, changed *[]string) {
	if value != nil {
		*field = *value
		*changed = append(*changed, name)
	}
}

// narrow is for numbers that the schema of the operation bounds.
func narrow(value *int) *int32 {
	if value == nil {
		return nil
	}

	return new(int32(*value)) //nolint:gosec // See above.
}

// releaseCommandOf is the release command as its column has it: null for none.
func releaseCommandOf(command string) *string { return lo.EmptyableToPtr(strings.TrimSpace(command)) }

// widen is the other way around.
func widen(value *int32) *int {
	if value == nil {
		return nil
	}

	return new(int(*value))
}

// portOf is the port as its column has it: null for one that is to be found out.
func portOf(port int) *int32 { return lo.EmptyableToPtr(int32(port)) } //nolint:gosec // Bounded by the schema.
