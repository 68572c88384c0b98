package api

import (
	"time"

	"github.com/google/uuid"
)

// Domain is a hostname that an environment answers on, or is to answer on.
//
//nolint:lll // One field a line, with its documentation.
type Domain struct {
	ID            uuid.UUID          `json:"id"`
	ProjectID     uuid.UUID          `json:"project_id"`
	EnvironmentID uuid.UUID          `json:"environment_id"`
	Hostname      string             `doc:"*.example.com stands for all names of one label more; a domain of exactly one of them wins over it." json:"hostname"`
	Kind          string             `enum:"generated,custom" json:"kind"`
	State         string             `doc:"claimed: the DNS does not prove yet that it is yours, and nothing answers on it; active: it answers; failing: it answers, but its proof has been missing from the DNS for days." enum:"claimed,active,failing" json:"state"`
	DeploymentID  *uuid.UUID         `doc:"What answers on it; absent until it is active and the first deployment is live." json:"deployment_id,omitempty"`
	RedirectTo    string             `doc:"The hostname that visitors are sent on to, with path and query, by status 308. Absent: they get the app." json:"redirect_to,omitempty"`
	Records       []DNSRecord        `doc:"The DNS records to be made; none for generated domains." json:"records" nullable:"false"`
	VerifiedAt    *time.Time         `doc:"When the DNS was found to prove that it is yours." json:"verified_at,omitempty"`
	CheckedAt     *time.Time         `doc:"When the DNS was last asked." json:"checked_at,omitempty"`
	Message       string             `doc:"What the last check found amiss, and what to do." json:"message,omitempty"`
	NextCheckAt   *time.Time         `doc:"When the DNS will be asked again; check-domain asks at once." json:"next_check_at,omitempty"`
	FailingSince  *time.Time         `doc:"Since when its proof has been missing from the DNS; absent: it is there, or was never." json:"failing_since,omitempty"`
	ExpiresAt     *time.Time         `doc:"When a claim is removed that is not proven until then." json:"expires_at,omitempty"`
	HTTPS         string             `doc:"redirect: visitors who come by http are sent on to https, by status 308; off: they get the app. Only edges or a proxy in front of them that end TLS make https work." enum:"off,redirect" json:"https"`
	HSTSSeconds   int32              `doc:"For how long browsers are told to come by https alone (Strict-Transport-Security); 0: they are not told." json:"hsts_seconds"`
	Certificate   *DomainCertificate `doc:"The certificate with which edges end TLS for it; absent: there is none of its own." json:"certificate,omitempty"`
	CreatedAt     time.Time          `json:"created_at"`
}

// DomainCertificate is the certificate with which edges end TLS for a domain.
//
//nolint:lll // One field a line, with its documentation.
type DomainCertificate struct {
	Source   string     `doc:"acme: the platform orders and renews it; uploaded: it came by put-domain-certificate, and nothing renews it." enum:"acme,uploaded" json:"source"`
	State    string     `doc:"ordering: there is none yet; active: edges show it; expiring: edges show it, but it ends soon; failed: there is none, or it has expired." enum:"ordering,active,expiring,failed" json:"state"`
	NotAfter *time.Time `doc:"Until when it is good." json:"not_after,omitempty"`
	Message  string     `doc:"What keeps it from being ordered or renewed, and what to do." json:"message,omitempty"`
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

// UpdateDomainInput changes where visitors of a domain are sent. What is left out stays as it is.
//
//nolint:lll // One field a line, with its documentation.
type UpdateDomainInput struct {
	DomainPath

	Body struct {
		RedirectTo  *string `doc:"A domain of the same environment; empty: visitors get the app." json:"redirect_to,omitempty" maxLength:"253"`
		HTTPS       *string `doc:"Whether visitors who come by http are sent on to https." enum:"off,redirect" json:"https,omitempty"`
		HSTSSeconds *int32  `doc:"For how long browsers are to come by https alone; at most two years. They do not forget it when it is set back." json:"hsts_seconds,omitempty" maximum:"63072000" minimum:"0"`
	}
}

// PutDomainCertificateInput gives a domain a certificate of its owner's.
type PutDomainCertificateInput struct {
	DomainPath

	Body struct {
		Chain string `doc:"PEM: the certificate of the domain first, then those that lead to its authority." json:"chain" maxLength:"65536" minLength:"1"`
		Key   string `doc:"The private key, PEM, without a passphrase." json:"key" maxLength:"16384" minLength:"1"`
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
