package api

import (
	"encoding/json"
	"fmt"

	"github.com/google/uuid"
)

// BuildPlan is what detection found in the source and decided, as far as it concerns users.
//
//nolint:lll // One field a line, with its documentation.
type BuildPlan struct {
	Framework      string            `doc:"What the source was taken for." example:"nextjs" json:"framework"`
	Reason         string            `doc:"What was found that led to it, as a sentence." json:"reason"`
	Versions       map[string]string `doc:"Versions of the framework and its runtime, by name; empty where the Dockerfile alone knows them." json:"versions"`
	Port           int               `doc:"What the app gets as PORT unless the project says otherwise; 0: the default." json:"port"`
	Dockerfile     string            `doc:"The generated Dockerfile; absent where the source has its own." json:"dockerfile,omitempty"`
	Dockerignore   string            `doc:"What a generated Dockerfile does not get to see; absent where the source has a .dockerignore." json:"dockerignore,omitempty"`
	DockerfilePath string            `doc:"Where the source's own Dockerfile stands, relative to the root directory." json:"dockerfile_path,omitempty"`
	Context        string            `doc:"The directory that a generated Dockerfile is built in, relative to the top of the repository; absent: the root directory." json:"context,omitempty"`
	Arguments      []string          `doc:"Names of the environment variables that a generated Dockerfile declares as build arguments." json:"arguments,omitempty" nullable:"false"`
	Secrets        []string          `doc:"Names of the environment variables that the Dockerfile mounts as secrets." json:"secrets,omitempty" nullable:"false"`
	HealthPath     string            `doc:"Where the framework answers when it is well." json:"health_path,omitempty"`
	ReleaseCommand string            `doc:"What the framework's users run before a new version takes over; nothing runs it unless the project says so." json:"release_command,omitempty"`
}

// newBuildPlan reads the plan of a deployment; nil where there is none yet.
func newBuildPlan(deployment uuid.UUID, stored json.RawMessage) (*BuildPlan, error) {
	if len(stored) == 0 {
		return nil, nil //nolint:nilnil // Without a plan there is none.
	}

	plan := &BuildPlan{}
	if err := json.Unmarshal(stored, plan); err != nil {
		return nil, fmt.Errorf("read the build plan of deployment %s: %w", deployment, err)
	}

	if plan.Versions == nil {
		plan.Versions = map[string]string{}
	}

	return plan, nil
}
