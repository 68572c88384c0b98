package workflows

import (
	"fmt"
	"time"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
)

// CertificateHealth is how a certificate of the platform's own is, in words for an operator.
type CertificateHealth struct {
	// OK tells that it is good, and will be renewed or is good for long.
	OK bool
	// Detail says what it is, and Advice what to do.
	Detail, Advice string
}

// LookAtPlatformCertificate tells how a certificate of the platform's own is.
func LookAtPlatformCertificate(certificate database.ListPlatformCertificatesRow, now time.Time) CertificateHealth {
	found := CertificateHealth{Detail: certificate.Hostname + " has none yet", Advice: lo.FromPtr(certificate.Problem)}
	if certificate.NotAfter == nil {
		return found
	}

	found.Detail = fmt.Sprintf("%s (%s) is good until %s", certificate.Hostname, certificate.Source, certificate.NotAfter.UTC().Format(time.DateOnly))
	renewed := certificate.Source == "acme" && certificate.Problem == nil && certificate.NotAfter.After(now)
	found.OK = renewed || certificate.NotAfter.Sub(now) > ExpiresSoon

	if !found.OK && found.Advice == "" {
		found.Advice = "give edges the next one: zeitwork admin certificate '" + certificate.Hostname + "' --certificate FILE --key FILE"
	}

	return found
}
