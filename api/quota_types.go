package api

import "github.com/google/uuid"

// OrganisationQuotas are what an organisation may use at most, and what it uses.
//
//nolint:lll // One field a line, with its documentation.
type OrganisationQuotas struct {
	Projects          Quota `json:"projects"`
	Domains           Quota `doc:"Custom domains." json:"domains"`
	Builds            Quota `doc:"Deployments that are fetched, built and pushed at once. Others wait for their turn." json:"builds"`
	Instances         Quota `doc:"Instances that all environments run at once. Where a deployment takes the place of another one, the larger of the two counts. Deployments for which none is left wait." json:"instances"`
	CPUMillis         Quota `doc:"Their processor time, in thousandths of a core." json:"cpu_millis"`
	MemoryBytes       Quota `doc:"Their memory." json:"memory_bytes"`
	LogBytesPerMinute Quota `doc:"What apps write to their logs in a minute. Lines beyond it are dropped, and the log says how many." json:"log_bytes_per_minute"`
	RequestsPerMinute Quota `doc:"Requests to this API that are about the organisation, in a minute. Each process of the API counts by itself, and used is what the one has counted that answers." json:"requests_per_minute"`
}

// Quota is how much of one thing may be used, and is.
type Quota struct {
	Limit int64 `json:"limit"`
	Used  int64 `json:"used"`
}

// OrganisationQuotasOutput is the answer of get-organisation-quotas.
type OrganisationQuotasOutput struct{ Body OrganisationQuotas }

// QuotaNumbers are what operators set. What is left out has no number of its own.
type QuotaNumbers struct {
	Projects          *int   `json:"projects,omitempty"              maximum:"1000000"           minimum:"0"`
	Domains           *int   `doc:"Custom domains."                  json:"domains,omitempty"    maximum:"1000000" minimum:"0"`
	Builds            *int   `doc:"Deployments that are fetched, built and pushed at once." json:"builds,omitempty" maximum:"10000" minimum:"0"`
	Instances         *int   `json:"instances,omitempty"             maximum:"1000000"           minimum:"0"`
	CPUMillis         *int64 `doc:"Processor time of all instances, in thousandths of a core." json:"cpu_millis,omitempty" maximum:"1000000000" minimum:"0"`
	MemoryBytes       *int64 `doc:"Memory of all instances."         json:"memory_bytes,omitempty" maximum:"1125899906842624" minimum:"0"`
	LogBytesPerMinute *int64 `json:"log_bytes_per_minute,omitempty"  maximum:"1125899906842624"  minimum:"0"`
	RequestsPerMinute *int   `json:"requests_per_minute,omitempty"   maximum:"1000000000"        minimum:"1"`
}

// QuotaSettings are the numbers that operators have set, and what follows from them.
type QuotaSettings struct {
	Set    QuotaNumbers `doc:"What was set here." json:"set"`
	Limits QuotaNumbers `doc:"What holds: the number that was set here, else the one of the platform, else the one that comes with it." json:"limits"`
}

// QuotaSettingsOutput is the answer of the operations of operators on quotas.
type QuotaSettingsOutput struct{ Body QuotaSettings }

// SetPlatformQuotasInput sets what organisations may use that have no numbers of their own.
type SetPlatformQuotasInput struct{ Body QuotaNumbers }

// QuotaPath names an organisation by its slug, since operators see no ids of organisations that are not theirs.
//
//nolint:lll // One field a line, with its documentation.
type QuotaPath struct {
	Slug string `maxLength:"40" path:"organisation_slug" pattern:"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$" patternDescription:"lower-case letters, digits and hyphens, with a letter or digit at both ends"`
}

// SetQuotasInput sets what one organisation may use.
type SetQuotasInput struct {
	QuotaPath

	Body QuotaNumbers
}

// quotaEvent tells of numbers that were set: the subject is the organisation, or the platform's own row.
func quotaEvent(subject uuid.UUID, details map[string]any) AuditEvent {
	return AuditEvent{Action: "quota.set", SubjectType: "quota", SubjectID: subject, Details: details}
}
