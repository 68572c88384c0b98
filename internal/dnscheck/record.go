package dnscheck

import (
	"cmp"
	"context"
	"net/netip"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/publicsuffix"
)

// The types of records.
const (
	TypeTXT   = "TXT"
	TypeCNAME = "CNAME"
	TypeALIAS = "ALIAS"
	TypeA     = "A"
	TypeAAAA  = "AAAA"
)

// checkTimeout bounds how long a check takes, whatever name servers do.
const checkTimeout = 10 * time.Second

// maxValues and maxValue bound what is kept of an answer: anybody may have written it, and users are shown it.
const (
	maxValues = 20
	maxValue  = 255
)

// Claim is what the DNS is to show of a hostname that somebody claims.
type Claim struct {
	// Hostname is claimed; where it begins with "*.", all names of one label more are.
	Hostname string
	// Token is random and belongs to this claim alone.
	Token string
	// Edge is a domain below which every name leads to the edges, and Addresses are theirs.
	Edge      string
	Addresses []netip.Addr
}

// Record is one that the owner of a hostname is to make.
type Record struct {
	Type, Name, Value string
	// Proof tells whether the record proves whose the hostname is: one of those that do is enough. The others bring visitors.
	Proof bool
	// Answered tells whether the DNS was asked and has answered: Found and OK are empty where it has not.
	Answered bool
	// Found is what stands there, and OK whether the record does.
	Found []string
	OK    bool
}

// Records are those to be made for the claim. A name at the top of its domain cannot have a CNAME record (RFC 1034): it gets addresses instead.
func (c Claim) Records() []Record {
	records := []Record{{Type: TypeTXT, Name: c.textName(), Value: "zeitwork-verify=" + c.Token, Proof: true}}

	if !c.apex() {
		return append(records, Record{Type: TypeCNAME, Name: c.Hostname, Value: c.target(), Proof: true})
	}

	for _, address := range c.Addresses {
		kind := TypeA
		if address.Is6() {
			kind = TypeAAAA
		}

		records = append(records, Record{Type: kind, Name: c.Hostname, Value: address.String()})
	}

	if len(c.Addresses) == 0 {
		records = append(records, Record{Type: TypeALIAS, Name: c.Hostname, Value: c.target()})
	}

	return records
}

// target is a name that leads to the edges and that no other claim has: a CNAME record to it says that whoever wrote it meant this claim.
func (c Claim) target() string { return "domain-" + c.Token + "." + c.Edge }

func (c Claim) textName() string { return "_zeitwork." + strings.TrimPrefix(c.Hostname, "*.") }

// apex tells whether the hostname is the top of a domain as registries sell them.
func (c Claim) apex() bool {
	top, err := publicsuffix.EffectiveTLDPlusOne(c.Hostname)

	return err == nil && top == c.Hostname
}

// Findings are what the DNS says of a claim.
type Findings struct {
	Records []Record
	// Proven tells whether the hostname belongs to the claim's maker.
	Proven bool
}

// Check asks for the records of a claim. A proof counts whatever else cannot be asked; without one, an error says that the DNS did not answer, and
// so nothing about the proof.
func (r Resolver) Check(ctx context.Context, claim Claim) (Findings, error) {
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()

	findings := Findings{Records: claim.Records()}
	texts, textErr := r.Texts(ctx, claim.textName())
	host, hostErr := r.Host(ctx, claim.Hostname)

	for i := range findings.Records {
		record := &findings.Records[i]

		switch record.Type {
		case TypeTXT:
			record.Found, record.Answered = texts, textErr == nil
		case TypeCNAME:
			record.Answered = hostErr == nil

			// Someone who wrote an address instead wants to see that.
			if record.Found = host.Names; len(host.Names) == 0 {
				record.Found = host.Addresses
			}
		default:
			record.Found, record.Answered = host.Addresses, hostErr == nil
		}

		record.OK = slices.Contains(record.Found, record.Value) || (record.Type == TypeALIAS && slices.Contains(host.Names, record.Value))
		record.Found = bounded(record.Found)
		findings.Proven = findings.Proven || record.Proof && record.OK
	}

	if findings.Proven {
		return findings, nil
	}

	return findings, cmp.Or(textErr, hostErr)
}

func bounded(values []string) []string {
	kept := make([]string, 0, min(len(values), maxValues))
	for _, value := range values[:cap(kept)] {
		kept = append(kept, strings.ToValidUTF8(value[:min(len(value), maxValue)], "�"))
	}

	return kept
}
