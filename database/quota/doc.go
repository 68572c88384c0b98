// Package quota says whether an organisation may use more: another project or domain, or more instances, processors and memory.
//
// Its functions run in the transaction that uses more. They lock the quotas of the organisation until that ends, so that of two that use the last of
// something one waits for the other and finds nothing left.
package quota
