package authority

import (
	"context"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// maxRenewalInfo bounds the answers that are read here.
const maxRenewalInfo = 64 << 10

// RenewAt returns when a certificate is to be renewed: the given part, from 0 to 1, of the window that the authority suggests (RFC 9773), else two thirds of
// its lifetime. The authority is asked each time, as it may change its mind.
func (a *Authority) RenewAt(ctx context.Context, certificate *x509.Certificate, part float64) time.Time {
	if start, end, err := a.window(ctx, certificate); err == nil && end.After(start) {
		return start.Add(time.Duration(part * float64(end.Sub(start))))
	}

	const thirds = 3

	return certificate.NotAfter.Add(-certificate.NotAfter.Sub(certificate.NotBefore) / thirds)
}

func (a *Authority) window(ctx context.Context, certificate *x509.Certificate) (start, end time.Time, err error) {
	var directory struct {
		RenewalInfo string `json:"renewalInfo"`
	}

	if err := a.get(ctx, a.config.DirectoryURL, &directory); err != nil {
		return start, end, err
	}

	if directory.RenewalInfo == "" {
		return start, end, errors.New("the authority suggests no time")
	}

	var info struct {
		SuggestedWindow struct{ Start, End time.Time } `json:"suggestedWindow"`
	}

	err = a.get(ctx, directory.RenewalInfo+"/"+renewalID(certificate), &info)

	return info.SuggestedWindow.Start, info.SuggestedWindow.End, err
}

// renewalID names a certificate by its issuer's key and its serial number (RFC 9773, section 4.1).
func renewalID(certificate *x509.Certificate) string {
	serial := certificate.SerialNumber.Bytes()
	// DER has a zero in front where the number would be negative otherwise.
	if len(serial) > 0 && serial[0] >= 0x80 {
		serial = append([]byte{0}, serial...)
	}

	return base64.RawURLEncoding.EncodeToString(certificate.AuthorityKeyId) + "." + base64.RawURLEncoding.EncodeToString(serial)
}

func (a *Authority) get(ctx context.Context, url string, into any) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}

	response, err := a.http.Do(request)
	if err != nil {
		return err
	}

	defer func() { _ = response.Body.Close() }()

	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("asking the authority: %s", response.Status)
	}

	return json.NewDecoder(io.LimitReader(response.Body, maxRenewalInfo)).Decode(into)
}
