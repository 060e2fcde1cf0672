-- The roles of the platform and its database; the embedded server and the compose file's server both run this once.
-- One statement a line, because the embedded server reads it in single-user mode.
CREATE ROLE bonded_owner LOGIN CREATEDB PASSWORD :'owner_password';
CREATE ROLE app_rw LOGIN PASSWORD :'app_rw_password';
CREATE ROLE app_ro LOGIN PASSWORD :'app_ro_password';
ALTER ROLE app_ro SET default_transaction_read_only = on;
CREATE DATABASE bonded OWNER bonded_owner;
REVOKE ALL ON DATABASE bonded FROM PUBLIC;
GRANT CONNECT ON DATABASE bonded TO app_rw, app_ro;
