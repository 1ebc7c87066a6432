package bench

import (
	"context"
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5"

	"gatehouse/runtime/database"
)

// barePostgres returns two loops over pgx, each client with a connection of its
// own and every statement prepared: one sends a statement a trip, the other
// pipelines them in two trips, as the product does.
func barePostgres(b *testing.B, h *host, users []int) []contestant {
	b.Helper()
	sql := newUpdateStatements(b, database.PostgreSQL)
	loop := func(name string, update func(context.Context, *pgx.Conn, updateStatements, string) error) contestant {
		conns := make([]*pgx.Conn, len(users))
		usts := make([]string, len(users))
		for i, user := range users {
			conn, err := pgx.Connect(b.Context(), h.database)
			if err != nil {
				b.Fatal(err)
			}
			b.Cleanup(func() { _ = conn.Close(context.Background()) })
			conns[i] = conn
			if err := conn.QueryRow(b.Context(), sqlSessionOf, username(user)).Scan(&usts[i]); err != nil {
				b.Fatal(err)
			}
		}
		return contestant{name, func(client int) error {
			return update(context.Background(), conns[client], sql, usts[client])
		}}
	}
	return []contestant{loop("bare-pipelined", pipelinedUpdate), loop("bare-plain", plainUpdate)}
}

const sqlSessionOf = `SELECT s.ust FROM zato_sso_session s JOIN zato_sso_user u ON u.id = s.user_id WHERE u.username = $1`

func anyText(s string) any { return s }

func writes(row []any) (update, audit []any) {
	update = changed(row, anyText)
	audit = append([]any{now()}, auditEntry(row[columnUserID], anyText)...)
	return update, audit
}

func pipelinedUpdate(ctx context.Context, conn *pgx.Conn, sql updateStatements, ust string) error {
	loading := &pgx.Batch{}
	loading.Queue("BEGIN")
	loading.Queue(sql.user, ust)
	loading.Queue(sql.session, ust)
	results := conn.SendBatch(ctx, loading)
	if _, err := results.Exec(); err != nil {
		return err
	}
	row, err := oneRow(results.Query())
	if err != nil {
		return err
	}
	if _, err := oneRow(results.Query()); err != nil {
		return err
	}
	if err := results.Close(); err != nil {
		return err
	}
	update, audit := writes(row)
	writing := &pgx.Batch{}
	writing.Queue(sql.update, update...)
	writing.Queue(sql.audit, audit...)
	writing.Queue("COMMIT")
	return conn.SendBatch(ctx, writing).Close()
}

func plainUpdate(ctx context.Context, conn *pgx.Conn, sql updateStatements, ust string) error {
	return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		row, err := oneRow(tx.Query(ctx, sql.user, ust))
		if err != nil {
			return err
		}
		if _, err := oneRow(tx.Query(ctx, sql.session, ust)); err != nil {
			return err
		}
		update, audit := writes(row)
		if _, err := tx.Exec(ctx, sql.update, update...); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, sql.audit, audit...)
		return err
	})
}

// oneRow reads the one row of a result.
func oneRow(rows pgx.Rows, err error) ([]any, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	if !rows.Next() {
		return nil, fmt.Errorf("no row: %w", rows.Err())
	}
	row, err := rows.Values()
	if err != nil {
		return nil, err
	}
	rows.Close()
	return row, rows.Err()
}
