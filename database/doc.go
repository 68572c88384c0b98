// Package database is the only package that speaks SQL.
//
// drizzle owns the schema (schema.ts, migrations/); sqlc makes the queries (queries/*.sql); Open, Migrate, InTx and
// Listener are what the services need around them. Its tests and those of its users run on a real Postgres
// (databasetest).
package database
