-- The first schema. Never changed: a new step changes what it built.

CREATE TABLE about (
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    CONSTRAINT pk_about PRIMARY KEY (name)
);

CREATE TABLE anchors (
    fingerprint TEXT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    der BLOB NOT NULL,
    source TEXT NOT NULL,
    added TEXT NOT NULL,
    CONSTRAINT pk_anchors PRIMARY KEY (fingerprint),
    CONSTRAINT ck_anchors_kind CHECK (kind IN ('anchor', 'intermediate', 'crl'))
);

CREATE TABLE audit (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    facts TEXT NOT NULL
);

CREATE TABLE clients (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    tax_code TEXT NOT NULL,
    name TEXT NOT NULL,
    folded TEXT NOT NULL,
    created TEXT NOT NULL,
    updated TEXT NOT NULL,
    CONSTRAINT uq_clients_tax_code UNIQUE (tax_code)
);

CREATE TABLE files (
    id INTEGER NOT NULL,
    sha256 TEXT,
    size INTEGER NOT NULL,
    media_type TEXT NOT NULL,
    name TEXT NOT NULL,
    created TEXT NOT NULL,
    CONSTRAINT pk_files PRIMARY KEY (id),
    CONSTRAINT ck_files_sha256 CHECK (sha256 IS NULL OR (length(sha256) = 64 AND sha256 NOT GLOB '*[^0-9a-f]*')),
    CONSTRAINT ck_files_size CHECK (size >= 0),
    CONSTRAINT uq_files_sha256 UNIQUE (sha256)
);

CREATE TABLE portals (
    url TEXT NOT NULL,
    name_vi TEXT NOT NULL,
    name_en TEXT NOT NULL,
    practice BOOLEAN NOT NULL,
    fingerprint TEXT,
    facts TEXT NOT NULL,
    cursor TEXT,
    added TEXT NOT NULL,
    CONSTRAINT pk_portals PRIMARY KEY (url)
);

CREATE TABLE settings (
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    CONSTRAINT pk_settings PRIMARY KEY (name)
);

CREATE TABLE chunks (
    file INTEGER NOT NULL,
    number INTEGER NOT NULL,
    data BLOB NOT NULL,
    CONSTRAINT pk_chunks PRIMARY KEY (file, number),
    CONSTRAINT ck_chunks_size CHECK (length(data) BETWEEN 1 AND 1048576),
    CONSTRAINT fk_chunks_file FOREIGN KEY(file) REFERENCES files (id) ON DELETE CASCADE
);

CREATE TABLE dossiers (
    id TEXT NOT NULL,
    client INTEGER NOT NULL,
    procedure TEXT NOT NULL,
    procedure_name TEXT NOT NULL,
    "case" TEXT NOT NULL,
    period TEXT,
    delivery TEXT NOT NULL,
    role TEXT,
    state TEXT NOT NULL,
    revision INTEGER NOT NULL,
    portal TEXT,
    code TEXT,
    code_entered BOOLEAN NOT NULL,
    status INTEGER,
    raw TEXT,
    received TEXT,
    due TEXT,
    folded TEXT NOT NULL,
    created TEXT NOT NULL,
    updated TEXT NOT NULL,
    CONSTRAINT pk_dossiers PRIMARY KEY (id),
    CONSTRAINT ck_dossiers_state CHECK (state IN ('PREPARED', 'SIGNED', 'SUBMITTED')),
    CONSTRAINT ck_dossiers_delivery CHECK (delivery IN ('online', 'post', 'in-person')),
    CONSTRAINT ck_dossiers_status CHECK (status IS NULL OR status BETWEEN 1 AND 10),
    CONSTRAINT ck_dossiers_revision CHECK (revision >= 1),
    CONSTRAINT ck_dossiers_code_entered CHECK (code_entered IN (0, 1)),
    CONSTRAINT ck_dossiers_entered_code CHECK (NOT (code_entered = 1 AND code IS NULL)),
    CONSTRAINT fk_dossiers_client FOREIGN KEY(client) REFERENCES clients (id)
);

CREATE INDEX ix_dossiers_client ON dossiers (client);

CREATE INDEX ix_dossiers_code ON dossiers (code);

CREATE INDEX ix_dossiers_updated ON dossiers (updated);

CREATE TABLE facts (
    client INTEGER NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    source TEXT NOT NULL,
    consent TEXT,
    updated TEXT NOT NULL,
    CONSTRAINT pk_facts PRIMARY KEY (client, name),
    CONSTRAINT fk_facts_client FOREIGN KEY(client) REFERENCES clients (id) ON DELETE CASCADE
);

CREATE TABLE forms (
    id TEXT NOT NULL,
    client INTEGER NOT NULL,
    template TEXT NOT NULL,
    version TEXT NOT NULL,
    period TEXT,
    "values" TEXT NOT NULL,
    entered TEXT NOT NULL,
    edition INTEGER NOT NULL,
    created TEXT NOT NULL,
    updated TEXT NOT NULL,
    CONSTRAINT pk_forms PRIMARY KEY (id),
    CONSTRAINT fk_forms_client FOREIGN KEY(client) REFERENCES clients (id)
);

CREATE INDEX ix_forms_client ON forms (client);

CREATE TABLE sessions (
    portal TEXT NOT NULL,
    tokens TEXT NOT NULL,
    person TEXT NOT NULL,
    expires TEXT,
    updated TEXT NOT NULL,
    CONSTRAINT pk_sessions PRIMARY KEY (portal),
    CONSTRAINT fk_sessions_portal FOREIGN KEY(portal) REFERENCES portals (url) ON DELETE CASCADE
);

CREATE TABLE components (
    dossier TEXT NOT NULL,
    component TEXT NOT NULL,
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    required BOOLEAN NOT NULL,
    originals INTEGER NOT NULL,
    copies INTEGER NOT NULL,
    template TEXT,
    replaced_by_data BOOLEAN NOT NULL,
    sign BOOLEAN NOT NULL,
    form TEXT,
    CONSTRAINT pk_components PRIMARY KEY (dossier, component),
    CONSTRAINT fk_components_dossier FOREIGN KEY(dossier) REFERENCES dossiers (id) ON DELETE CASCADE,
    CONSTRAINT fk_components_form FOREIGN KEY(form) REFERENCES forms (id)
);

CREATE INDEX ix_components_form ON components (form);

CREATE TABLE events (
    id INTEGER NOT NULL,
    dossier TEXT NOT NULL,
    revision INTEGER NOT NULL,
    at TEXT NOT NULL,
    kind TEXT NOT NULL,
    facts TEXT NOT NULL,
    CONSTRAINT pk_events PRIMARY KEY (id),
    CONSTRAINT fk_events_dossier FOREIGN KEY(dossier) REFERENCES dossiers (id) ON DELETE CASCADE
);

CREATE INDEX ix_events_dossier ON events (dossier);

CREATE TABLE evidence (
    id INTEGER NOT NULL,
    dossier TEXT NOT NULL,
    revision INTEGER NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    at TEXT NOT NULL,
    facts TEXT NOT NULL,
    CONSTRAINT pk_evidence PRIMARY KEY (id),
    CONSTRAINT fk_evidence_dossier FOREIGN KEY(dossier) REFERENCES dossiers (id) ON DELETE CASCADE,
    CONSTRAINT fk_evidence_sha256 FOREIGN KEY(sha256) REFERENCES files (sha256)
);

CREATE INDEX ix_evidence_dossier ON evidence (dossier);

CREATE INDEX ix_evidence_sha256 ON evidence (sha256);

CREATE TABLE fees (
    dossier TEXT NOT NULL,
    fee TEXT NOT NULL,
    title TEXT NOT NULL,
    amount INTEGER NOT NULL,
    state TEXT NOT NULL,
    updated TEXT NOT NULL,
    CONSTRAINT pk_fees PRIMARY KEY (dossier, fee),
    CONSTRAINT ck_fees_state CHECK (state IN ('due', 'pending', 'paid')),
    CONSTRAINT ck_fees_amount CHECK (amount >= 0),
    CONSTRAINT fk_fees_dossier FOREIGN KEY(dossier) REFERENCES dossiers (id) ON DELETE CASCADE
);

CREATE TABLE letters (
    dossier TEXT NOT NULL,
    letter TEXT NOT NULL,
    kind TEXT NOT NULL,
    at TEXT NOT NULL,
    due TEXT,
    text TEXT NOT NULL,
    raw TEXT NOT NULL,
    answered_by INTEGER,
    CONSTRAINT pk_letters PRIMARY KEY (dossier, letter, kind),
    CONSTRAINT ck_letters_kind CHECK (kind IN ('supplement', 'message')),
    CONSTRAINT fk_letters_dossier FOREIGN KEY(dossier) REFERENCES dossiers (id) ON DELETE CASCADE
);

CREATE TABLE results (
    dossier TEXT NOT NULL,
    result TEXT NOT NULL,
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    file TEXT,
    issued TEXT,
    fetched TEXT,
    verdict TEXT,
    verdict_facts TEXT,
    CONSTRAINT pk_results PRIMARY KEY (dossier, result),
    CONSTRAINT ck_results_fetched CHECK ((fetched IS NULL) = (file IS NULL)),
    CONSTRAINT ck_results_file CHECK (file IS NULL OR file = sha256),
    CONSTRAINT fk_results_dossier FOREIGN KEY(dossier) REFERENCES dossiers (id) ON DELETE CASCADE,
    CONSTRAINT fk_results_file FOREIGN KEY(file) REFERENCES files (sha256)
);

CREATE INDEX ix_results_file ON results (file);

CREATE TABLE revisions (
    dossier TEXT NOT NULL,
    number INTEGER NOT NULL,
    "key" TEXT NOT NULL,
    why TEXT NOT NULL,
    manifest TEXT,
    created TEXT NOT NULL,
    signed TEXT,
    CONSTRAINT pk_revisions PRIMARY KEY (dossier, number),
    CONSTRAINT ck_revisions_why CHECK (why IN ('first', 'supplement', 'refused', 'changed')),
    CONSTRAINT ck_revisions_signed CHECK ((manifest IS NULL) = (signed IS NULL)),
    CONSTRAINT fk_revisions_dossier FOREIGN KEY(dossier) REFERENCES dossiers (id) ON DELETE CASCADE,
    CONSTRAINT uq_revisions_key UNIQUE ("key")
);

CREATE TABLE statuses (
    id INTEGER NOT NULL,
    dossier TEXT NOT NULL,
    at TEXT NOT NULL,
    status INTEGER,
    raw TEXT NOT NULL,
    note TEXT NOT NULL,
    seen TEXT NOT NULL,
    CONSTRAINT pk_statuses PRIMARY KEY (id),
    CONSTRAINT ck_statuses_status CHECK (status IS NULL OR status BETWEEN 1 AND 10),
    CONSTRAINT uq_statuses_dossier_at_raw_note UNIQUE (dossier, at, raw, note),
    CONSTRAINT fk_statuses_dossier FOREIGN KEY(dossier) REFERENCES dossiers (id) ON DELETE CASCADE
);

CREATE INDEX ix_statuses_dossier ON statuses (dossier);

CREATE TABLE dossier_files (
    id INTEGER NOT NULL,
    dossier TEXT NOT NULL,
    revision INTEGER NOT NULL,
    component TEXT NOT NULL,
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    media_type TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    sha256_before_signing TEXT,
    template TEXT,
    version TEXT,
    CONSTRAINT pk_dossier_files PRIMARY KEY (id),
    CONSTRAINT ck_dossier_files_kind CHECK (kind IN ('form', 'xml', 'attachment')),
    CONSTRAINT fk_dossier_files_dossier_revision FOREIGN KEY(dossier, revision) REFERENCES revisions (dossier, number) ON DELETE CASCADE,
    CONSTRAINT fk_dossier_files_dossier_component FOREIGN KEY(dossier, component) REFERENCES components (dossier, component),
    CONSTRAINT uq_dossier_files_dossier_revision_name UNIQUE (dossier, revision, name),
    CONSTRAINT fk_dossier_files_sha256 FOREIGN KEY(sha256) REFERENCES files (sha256),
    CONSTRAINT fk_dossier_files_sha256_before_signing FOREIGN KEY(sha256_before_signing) REFERENCES files (sha256)
);

CREATE INDEX ix_dossier_files_component ON dossier_files (dossier, component);

CREATE INDEX ix_dossier_files_sha256 ON dossier_files (sha256);

CREATE INDEX ix_dossier_files_sha256_before_signing ON dossier_files (sha256_before_signing);

CREATE TABLE outbox (
    "key" TEXT NOT NULL,
    dossier TEXT NOT NULL,
    revision INTEGER NOT NULL,
    portal TEXT NOT NULL,
    state TEXT NOT NULL,
    position INTEGER NOT NULL,
    code TEXT,
    reason TEXT,
    facts TEXT NOT NULL,
    not_before TEXT,
    sending_since TEXT,
    created TEXT NOT NULL,
    updated TEXT NOT NULL,
    CONSTRAINT pk_outbox PRIMARY KEY ("key"),
    CONSTRAINT ck_outbox_state CHECK (state IN ('QUEUED', 'SENDING', 'DONE', 'REFUSED', 'UNCERTAIN', 'CANCELLED')),
    CONSTRAINT ck_outbox_sending CHECK ((state = 'SENDING') = (sending_since IS NOT NULL)),
    CONSTRAINT ck_outbox_reason CHECK (state NOT IN ('REFUSED', 'UNCERTAIN') OR reason IS NOT NULL),
    CONSTRAINT ck_outbox_done CHECK ((state = 'DONE') = (code IS NOT NULL)),
    CONSTRAINT fk_outbox_dossier_revision FOREIGN KEY(dossier, revision) REFERENCES revisions (dossier, number) ON DELETE CASCADE,
    CONSTRAINT uq_outbox_dossier_revision UNIQUE (dossier, revision),
    CONSTRAINT uq_outbox_position UNIQUE (position)
);

CREATE INDEX ix_outbox_state ON outbox (state);

CREATE TABLE payments (
    id TEXT NOT NULL,
    dossier TEXT NOT NULL,
    fee TEXT NOT NULL,
    amount INTEGER NOT NULL,
    state TEXT NOT NULL,
    portal_payment TEXT,
    url TEXT,
    created TEXT NOT NULL,
    updated TEXT NOT NULL,
    CONSTRAINT pk_payments PRIMARY KEY (id),
    CONSTRAINT ck_payments_state CHECK (state IN ('started', 'pending', 'paid', 'failed')),
    CONSTRAINT fk_payments_dossier_fee FOREIGN KEY(dossier, fee) REFERENCES fees (dossier, fee) ON DELETE CASCADE
);

CREATE UNIQUE INDEX uq_payments_open ON payments (dossier, fee) WHERE state <> 'failed';

CREATE TABLE attempts (
    "key" TEXT NOT NULL,
    number INTEGER NOT NULL,
    act TEXT NOT NULL,
    started TEXT NOT NULL,
    ended TEXT,
    outcome TEXT,
    reason TEXT,
    facts TEXT NOT NULL,
    CONSTRAINT pk_attempts PRIMARY KEY ("key", number),
    CONSTRAINT ck_attempts_act CHECK (act IN ('send', 'ask')),
    CONSTRAINT ck_attempts_ended CHECK ((ended IS NULL) = (outcome IS NULL)),
    CONSTRAINT fk_attempts_key FOREIGN KEY("key") REFERENCES outbox ("key") ON DELETE CASCADE
);

CREATE TABLE receipts (
    "key" TEXT NOT NULL,
    code TEXT NOT NULL,
    data BLOB NOT NULL,
    received TEXT NOT NULL,
    due TEXT,
    trusted BOOLEAN NOT NULL,
    saved TEXT NOT NULL,
    CONSTRAINT pk_receipts PRIMARY KEY ("key"),
    CONSTRAINT fk_receipts_key FOREIGN KEY("key") REFERENCES outbox ("key") ON DELETE CASCADE
);
