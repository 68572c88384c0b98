package api

import (
	"time"

	"github.com/google/uuid"
)

// Detection is what detection says of a repository before there is a project.
type Detection struct {
	ID             uuid.UUID         `json:"id"`
	OrganisationID uuid.UUID         `json:"organisation_id"`
	State          string            `doc:"failed: the repository could not be looked at; error says why." enum:"queued,succeeded,failed" json:"state"`
	RepositoryURL  string            `json:"repository_url"`
	Branch         string            `json:"branch"`
	RootDirectory  string            `json:"root_directory,omitempty"`
	WaitingFor     string            `doc:"What it waits for, as a sentence." json:"waiting_for,omitempty"`
	Commit         string            `doc:"The commit that was looked at." json:"commit,omitempty"`
	CommitMessage  string            `json:"commit_message,omitempty"`
	Plan           *BuildPlan        `doc:"How it would be built; absent where it could not be." json:"plan,omitempty"`
	Problem        string            `doc:"Why it could not be built, and what to change, as a sentence." json:"problem,omitempty"`
	Notes          []string          `doc:"Sentences on what the source asks for and does not get." json:"notes" nullable:"false"`
	Variables      []WantedVariable  `doc:"Environment variables that the app seems to want." json:"variables" nullable:"false"`
	Error          *DetectionProblem `json:"error,omitempty"`
	CreatedAt      time.Time         `json:"created_at"`
	EndedAt        *time.Time        `json:"ended_at,omitempty"`
}

// WantedVariable is an environment variable that an app seems to want.
type WantedVariable struct {
	Name    string `json:"name"`
	Example string `doc:"The value that the file has for it."                         json:"example,omitempty"`
	Comment string `doc:"What the file says of it."                                   json:"comment,omitempty"`
	File    string `doc:"The file that names it, relative to the root directory."     json:"file"`
}

// DetectionProblem is why a repository could not be looked at.
type DetectionProblem struct {
	Code   string `enum:"conflict,forbidden,internal,invalid,not_found,unauthorized,unavailable,too_many" json:"code"`
	Detail string `doc:"What happened and what to do."                                                    json:"detail"`
}

// CreateDetectionInput asks what detection says of a repository.
//
//nolint:lll // One field a line, with its documentation.
type CreateDetectionInput struct {
	IdempotencyInput

	Body struct {
		OrganisationID     *uuid.UUID `doc:"May be left out by a member of one organisation only." json:"organisation_id,omitempty"`
		GitHubRepositoryID int64      `doc:"GitHub's id of a repository that an installation of the organisation has." json:"github_repository_id,omitempty" minimum:"1"`
		RepositoryURL      string     `doc:"Any git URL whose protocol the platform allows, in place of github_repository_id." json:"repository_url,omitempty" maxLength:"2000"`
		Branch             string     `doc:"Left out: the default branch of a repository on GitHub, else main." json:"branch,omitempty" maxLength:"255"`
		RootDirectory      string     `doc:"Where the app stands inside the repository; empty for the top." json:"root_directory,omitempty" maxLength:"255"`
		DockerfilePath     string     `default:"Dockerfile" doc:"Relative to the root directory." json:"dockerfile_path,omitempty" maxLength:"255"`
		DockerfileTarget   string     `doc:"The stage of the Dockerfile that becomes the image. Left out: the last one." json:"dockerfile_target,omitempty" maxLength:"128" pattern:"^[A-Za-z0-9_.-]*$" patternDescription:"letters, digits, dots, dashes and underscores"`
	}
}

// GetDetectionInput names one detection.
type GetDetectionInput struct {
	DetectionID uuid.UUID `path:"detection_id"`
	WaitSeconds int       `doc:"How long to wait for its end before answering." maximum:"60" minimum:"0" query:"wait_seconds"`
}

// DetectionOutput is one detection.
type DetectionOutput struct{ Body Detection }
