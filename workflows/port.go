package workflows

import (
	"strconv"

	"github.com/zeitwork/zeitwork/database"
)

// wantedPort returns the port that the user says an app listens on: the project's setting, else the environment variable PORT; 0 for neither.
func wantedPort(project database.Project, environment map[string]string) int {
	if project.Port != nil {
		return int(*project.Port)
	}

	// The API takes no other value, but that of an older version may have.
	port, err := strconv.ParseUint(environment["PORT"], 10, 16)
	if err != nil {
		return 0
	}

	return int(port)
}
