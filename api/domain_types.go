package api

import (
	"time"

	"github.com/google/uuid"
)

// Domain is a hostname that an environment answers on, or is to answer on.
//
//nolint:lll // One field a line, with its documentation.
type Domain struct {
	ID            uuid.UUID   `json:"id"`
	ProjectID     uuid.UUID   `json:"project_id"`
	EnvironmentID uuid.UUID   `json:"environment_id"`
	Hostname      string      `doc:"*.example.com stands for all names of one label more; a domain of exactly one of them wins over it." json:"hostname"`
	Kind          string      `enum:"generated,custom" json:"kind"`
	State         string      `doc:"claimed: the DNS does not prove yet that it is yours, and nothing answers on it; active: it answers; failing: it answers, but its proof has been missing from the DNS for days." enum:"claimed,active,failing" json:"state"`
	DeploymentID  *uuid.UUID  `doc:"What answers on it; absent until it is active and the first deployment is live." json:"deployment_id,omitempty"`
	RedirectTo    string      `doc:"The hostname that visitors are sent on to, with path and query, by status 308. Absent: they get the app." json:"redirect_to,omitempty"`
	Records       []DNSRecord `doc:"The DNS records to be made; none for generated domains." json:"records" nullable:"false"`
	VerifiedAt    *time.Time  `doc:"When the DNS was found to prove that it is yours." json:"verified_at,omitempty"`
	CheckedAt     *time.Time  `doc:"When the DNS was last asked." json:"checked_at,omitempty"`
	Message       string      `doc:"What the last check found amiss, and what to do." json:"message,omitempty"`
	NextCheckAt   *time.Time  `doc:"When the DNS will be asked again; check-domain asks at once." json:"next_check_at,omitempty"`
	FailingSince  *time.Time  `doc:"Since when its proof has been missing from the DNS; absent: it is there, or was never." json:"failing_since,omitempty"`
	ExpiresAt     *time.Time  `doc:"When a claim is removed that is not proven until then." json:"expires_at,omitempty"`
	CreatedAt     time.Time   `json:"created_at"`
}

// DNSRecord is one record to be made for a domain.
type DNSRecord struct {
	Type  string `doc:"ALIAS: what the DNS provider calls ALIAS, ANAME or a flattened CNAME." enum:"TXT,CNAME,ALIAS,A,AAAA" json:"type"`
	Name  string `json:"name"`
	Value string `json:"value"`
	Proof bool   `doc:"It proves that the domain is yours; one such record is enough. All others bring visitors." json:"proof"`
}

// CheckedRecord is one record to be made for a domain, with what stands there.
type CheckedRecord struct {
	DNSRecord

	Answered bool     `doc:"Whether the DNS answered. Where it did not, nothing is known of what stands there." json:"answered"`
	Found    []string `doc:"What stands there now." json:"found" nullable:"false"`
	OK       bool     `doc:"Whether the value is among it." json:"ok"`
}

// DomainRecords are the records to be made for a domain, with what stands there.
type DomainRecords struct {
	Records  []CheckedRecord `doc:"The records that were asked for, with what stands there now." json:"records" nullable:"false"`
	Proven   bool            `doc:"Whether they prove that the domain is yours." json:"proven"`
	LookedAt time.Time       `doc:"When the DNS was asked." json:"looked_at"`
}

// DomainRecordsOutput is what stands in the DNS for one domain.
type DomainRecordsOutput struct{ Body DomainRecords }

// DomainPath names one domain.
type DomainPath struct {
	DomainID uuid.UUID `path:"domain_id"`
}

// ListDomainsInput asks for the domains of one project.
type ListDomainsInput struct {
	ProjectPath
	LongPageInput
	EnvironmentFilter

	Hostname string `doc:"Only this one, in any spelling: bücher.example and xn--bcher-kva.example. are the same." maxLength:"253" query:"hostname"`
}

// CreateDomainInput claims a hostname for an environment.
//
//nolint:lll // One field a line, with its documentation.
type CreateDomainInput struct {
	ProjectPath
	IdempotencyInput

	Body struct {
		Hostname      string     `doc:"A hostname, or *.example.com for all names of one label below example.com." example:"app.customer.com" json:"hostname" maxLength:"255" minLength:"1"`
		EnvironmentID *uuid.UUID `doc:"The environment that answers on it. Left out: the project's production." json:"environment_id,omitempty"`
		RedirectTo    string     `doc:"A domain of the same environment to send visitors on to. Left out: they get the app." json:"redirect_to,omitempty" maxLength:"253"`
	}
}

// UpdateDomainInput changes where visitors of a domain are sent.
type UpdateDomainInput struct {
	DomainPath

	Body struct {
		RedirectTo *string `doc:"A domain of the same environment; empty: visitors get the app." json:"redirect_to,omitempty" maxLength:"253"`
	}
}

// DomainOutput is one domain.
type DomainOutput struct{ Body Domain }

// CheckDomainOutput is one domain as it is after a check, with what the check has found.
type CheckDomainOutput struct {
	Body struct {
		DomainRecords

		Domain Domain `json:"domain"`
	}
}
