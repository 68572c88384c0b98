package api

import "time"

// RepositoryAccess is how the repository of a project is read that not everybody may read. Private keys and passwords are never shown.
//
//nolint:lll // One field a line, with its documentation.
type RepositoryAccess struct {
	Kind               string     `doc:"none: it is read as everybody may, or by the GitHub App." enum:"none,deploy_key,https" json:"kind"`
	PublicKey          string     `doc:"Of a deploy key: the line to add to the repository where it is hosted. Reading is enough."  json:"public_key,omitempty"`
	Username           string     `doc:"Of a credential."                                                                           json:"username,omitempty"`
	Host               string     `doc:"Host and port: where the credential is sent and nowhere else, or who has the host key."     json:"host,omitempty"`
	HostKey            string     `doc:"The key that the host showed when it was first connected to; it must show that one again."  json:"host_key,omitempty"`
	HostKeyFingerprint string     `example:"SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU"                                   json:"host_key_fingerprint,omitempty"`
	CreatedAt          *time.Time `json:"created_at,omitempty"`
	LastUsedAt         *time.Time `json:"last_used_at,omitempty"`
}

// RepositoryAccessOutput is how the repository of a project is read.
type RepositoryAccessOutput struct{ Body RepositoryAccess }

// SetHTTPSCredentialInput stores a credential for the host of the project's repository.
type SetHTTPSCredentialInput struct {
	ProjectPath

	Body struct {
		Username string `doc:"What git would ask for as the user; some hosts take any with a token." json:"username" maxLength:"255" minLength:"1"`
		Password string `doc:"A password, or better a token that may only read."                    json:"password" maxLength:"4096" minLength:"1"`
	}
}

// TrustHostInput names the key of the host of the project's repository.
//
//nolint:lll // One field a line, with its documentation.
type TrustHostInput struct {
	ProjectPath

	Body struct {
		Fingerprint string `doc:"As ssh-keygen -l shows it, and the project's poll_error." json:"fingerprint" pattern:"^SHA256:[A-Za-z0-9+/]{43}$" patternDescription:"SHA256: and 43 characters"`
	}
}
