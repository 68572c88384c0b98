// Package backup dumps the platform's database, encrypted, into a folder or to S3, and restores it into an empty database.
//
// A backup is two objects: the dump, which is what pg_dump writes of one snapshot, compressed (zstd) and encrypted (age) while it is written, and a manifest,
// which is written last: what has no manifest is no backup. The manifest is authenticated by a key that follows from the platform's, since whoever can write
// to the target can encrypt to its recipients, and a restore executes what the dump says.
//
// The platform's key is in neither. A backup names it by a fingerprint.
package backup
