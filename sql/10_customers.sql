-- Three example customers.
--
-- `flask initdb` loads every *.sql and *.sql.gz of this folder once, in the order of the names, and remembers each by
-- its content: change a file and it is loaded again. What stands here runs on SQLite, MySQL and MariaDB alike.

INSERT INTO customers (name, phone, city) VALUES
    ('上海晨光贸易有限公司', '021-5550 1234', '上海'),
    ('Hansen & Søn', '+45 5550 1234', 'København'),
    ('O''Brien Supplies', '+353 1 555 0123', 'Dublin');
