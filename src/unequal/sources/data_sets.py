"""The registry of public data sets: homes, licences, files, checksums, and the figures that must come out.

A checksum is `required` where the public file itself is known to give it: its text was compared
with ours, or a published checksum of the download was reproduced from our copy. Where only our
copy was seen, the checksum is what we expect; a file that differs is then held against the
figures of the data set, and refused when they do not come out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from unequal.sources import data_forms as forms
from unequal.sources.data_forms import Measure, Turn


@dataclass(frozen=True)
class DataFile:
    """One file of a data set, as the project reads it.

    Args:
        path: its path inside the data set's folder.
        sha256: checksum of our copy; None where another form is served and ours cannot come out to the byte.
        required: the public file is known to have this checksum, so that another is refused.
    """

    path: str
    sha256: str | None = None
    required: bool = False


@dataclass(frozen=True)
class Download:
    """One download, and the files that are made of it.

    Args:
        name: what it is called while it arrives.
        urls: its homes, tried in this order.
        files: what `turn` makes of it.
        turn: from the download's form to the project's files.
        sha256: checksum of the download itself, where it is known.
    """

    name: str
    urls: tuple[str, ...]
    files: tuple[DataFile, ...]
    turn: Turn
    sha256: str | None = None


@dataclass(frozen=True)
class DataSet:
    """A public data set.

    Args:
        about: what it is.
        home: the page of whoever publishes it.
        licence: under which terms it may be used.
        downloads: what is fetched.
        form: in which form it is served, and what is made of it.
        verified: how we know that what arrived is right.
        figures: what must come out of its files.
        measure: how that is found.
    """

    about: str
    home: str
    licence: str
    downloads: tuple[Download, ...]
    form: str
    verified: str
    figures: Mapping[str, str] = field(default_factory=dict)
    measure: Measure = field(default=lambda _folder: {})

    @property
    def paths(self) -> tuple[Path, ...]:
        """The files of the data set, relative to its folder."""
        return tuple(Path(file.path) for download in self.downloads for file in download.files)


def _plain(url: str, path: str, sha256: str | None, *, required: bool = False) -> Download:
    """A download that is the file itself."""
    name = path.replace("/", "-")
    return Download(name, (url,), (DataFile(path, sha256, required),), forms.as_it_is(path), sha256 if required else None)


_ADVENTUREWORKS: Final = "https://raw.githubusercontent.com/AustinMReppert/adventureworks-parquet/4bf4e4859f9b64e7472d11df58cb77a013d2de06"
_ADVENTUREWORKS_TABLES: Final = {
    "DimAccount": "48b37a9307c3d45b9bb9b96eec4fcfb00693117e042cdd107621242cdd66300f",
    "DimCurrency": "8a40a5c2827aa9da8ae16cd57061fd07eaadfdef80b6c5786cb228f647b1f973",
    "DimCustomer": "0cd1d0b30f6df8647b880edba1f2ff233e6c9143ecbc1ce719696953e34e2ec5",
    "DimDate": "657b90d21a26b04b9c69afdde27254b973141d110719a0400aec0b0516cc62b5",
    "DimDepartmentGroup": "badc65db0e6606224a655c1aa97feac1965925cf42b6053a0c9f129d24c2ffaa",
    "DimGeography": "7e76f0c31e069a160da20b3772da9dfe46721af128ecac1b300320b5210092bc",
    "DimOrganization": "4be5c0e3d461f39d8110f8bc6c7183be5c2cfc0e2e46158c750057be212141c4",
    "DimProduct": "f0a1e8be0dfaea815f0808118fc84d949c2057784f369d9b0f4bcf343725ebe7",
    "DimProductCategory": "98c3ce8d55a0c9fe0fad4ed96e849b8b6d0b139688fd39afac16ea5e8390161d",
    "DimProductSubcategory": "adb375c59d49281cc8a58f4dcbddf38279ea68da6979f9800e3ad2e9d8a2b479",
    "DimPromotion": "6d40c1e33336d8f21168c2cb20a86419eb7c131584418b610d3e8fb3f9cae5ed",
    "DimReseller": "5fa86649388c57e09724219360f40e6afffc656a4978f97ec41e8a01fd7d8a06",
    "DimSalesReason": "5e9ebf76fd850535faf06f0cfd00615e055dc4cdad5055972d7e43f4df6b89fa",
    "DimSalesTerritory": "92afab13d97271a325abafc933e3a881c1c7714be0f5887a71c01e7dce193e97",
    "DimScenario": "ccc45b885d8cf866d584d2e01f25ec8bb0be7b0459f81eaa05377264a6d98e49",
    "FactCallCenter": "03f7406a0ee1c2008057f1bbe630803bbcf416246fc05e9f48efbccf4a9b36d2",
    "FactCurrencyRate": "b00c7799b005f6f5b9254d78d21bf0afd77fd40b31e765573ca897fb1d8471c9",
    "FactFinance": "471229bdac79d79fe59c298452a48bb9d0cbcfe261b24721891454093b03201f",
    "FactInternetSales": "363634e2024988ec2eadf0eae92470f21b043af48e18e64a77b0c31a2b734502",
    "FactInternetSalesReason": "1d3b615901fd297b24d5ee24c5ac80125fe69339d36a59409b6c75d7ccc0b868",
    "FactProductInventory": "f14caa32085c34233513e4c534f6f3fb62385f10d038b7731ed9b6d4e6335177",
    "FactResellerSales": "011cb493b2091a80f3a4003e72b4effd23d0128d204805982947fbf74fde0139",
    "FactSalesQuota": "61bb9892ac576e108a953dc41df896bfd3f1fe4c331555b7da151b9820b30a36",
    "FactSurveyResponse": "ca6ff7cd41f16754921fff8415de220636750755b5ab31d20fa10a9efd1dd645",
    "ProspectiveBuyer": "e74ba8d28e86ce9350df04fbe436f98695452576c69caa128f81c2231364c7c1",
}
_SPLINK: Final = "https://raw.githubusercontent.com/moj-analytical-services/splink_datasets/master/data"
_SENZING: Final = "https://raw.githubusercontent.com/Senzing/truth-sets/92f1cc705eed15a36dc271ed150eccab7f6f27fe/truthsets/demo"
_SENZING_FILES: Final = {
    "actual_truthset_key.csv": "53e5f2215dd44c2c838e56311474c19cba43b20487e2cf8680f306b5d908f7b7",
    "alternate_truthset_key.csv": "791b448a5842c1c622ec827606075ec03ac33097be45e471bae304b6437ab015",
    "customers.csv": "b8e540a2470450d81b043a8c6b99122a2ff94ce6c0335be62e7906c118527a11",
    "customers.jsonl": "f4cc65ca3a122d4de435d5d3be6ca1a42ffb96fc87e6c8dc89d4e92a6d986d6d",
    "reference.csv": "d069e8d391be86b67026e693f1822346175abeda5af5e4d5a6a88a602b7de117",
    "reference.jsonl": "7ddf325890941a4955f0e3d324d868118ffbce3069bc8afd1bb4229768eb2e98",
    "truthset_config.g2c": "0e16bb0f5d2eac266e1b4bcb1e0165185f6150ac65da73f2ba0951f734216001",
    "truthset_demo.sh": "a520c8bc60b35dec15cd8d3e9fac9bcaafdeffdedaca173cd2e609cb6724889d",
    "watchlist.csv": "31754ec8eb57ccb8c2c58084ac9b527681bc1452a4d5f96839757bda49e91e81",
    "watchlist.jsonl": "da28ad3bf3c36fc540436a917475d61d1fb19a3534c2d6d5ac950cde2fc42ae3",
}

DATA_SETS: Final[dict[str, DataSet]] = {
    "adventureworks_dw": DataSet(
        about="AdventureWorksDW: a fictional bicycle maker that sells to persons over the internet and to resellers",
        home="https://github.com/microsoft/sql-server-samples/tree/master/samples/databases/adventure-works",
        licence="MIT (Microsoft)",
        downloads=tuple(
            _plain(f"{_ADVENTUREWORKS}/{table}.parquet", f"{table}.parquet", sha256) for table, sha256 in _ADVENTUREWORKS_TABLES.items()
        ),
        form="Microsoft serves a database backup and an installation script; the tables are taken as Parquet from a public copy at a fixed commit.",
        verified="Expected checksums of our copy, and the figures of both channels.",
        figures={
            "internet lines": "60398",
            "internet sales": "29358677.2207",
            "internet customers": "18484",
            "reseller lines": "60855",
            "reseller sales": "80450596.9823",
            "reseller product cost": "79980114.3790",
            "buying resellers": "635",
            "FactFinance rows": "39409",
            "FactCurrencyRate rows": "14264",
        },
        measure=forms.measure_adventureworks,
    ),
    "online_retail": DataSet(
        about="UCI Online Retail (2010-12 to 2011-12) and year 2009-10 of Online Retail II: a British seller of gifts",
        home="https://archive.ics.uci.edu/dataset/352/online+retail",
        licence="CC BY 4.0 (Chen, UCI Machine Learning Repository)",
        downloads=(
            Download(
                "online_retail.zip",
                ("https://archive.ics.uci.edu/static/public/352/online+retail.zip",),
                (DataFile("year_2010_2011.parquet"),),
                forms.retail_2010,
            ),
            Download(
                "online_retail_ii.zip",
                ("https://archive.ics.uci.edu/static/public/502/online+retail+ii.zip",),
                (DataFile("year_2009_2010.parquet"),),
                forms.retail_2009,
            ),
        ),
        form="Served as workbooks in zips; each year becomes one Parquet file. The bytes depend on the writer, so there is no checksum.",
        verified="By rows, customers and net sales of each year; the checksum of the public zips is unknown to us.",
        figures={
            "year_2009_2010 rows": "525461",
            "year_2009_2010 customers": "4383",
            "year_2009_2010 net": "9539484.634",
            "year_2010_2011 rows": "541909",
            "year_2010_2011 customers": "4372",
            "year_2010_2011 net": "9747747.934",
        },
        measure=forms.measure_online_retail,
    ),
    "superstore": DataSet(
        about="Tableau Sample Superstore, 2011 to 2014: sheets Orders, Returns, People",
        home="https://community.tableau.com/docs/DOC-1236",
        licence="Sample data of Tableau, for learning",
        downloads=(
            Download(
                "superstore.xls",
                (
                    "https://community.tableau.com/servlet/JiveServlet/downloadBody/1236-102-2-15278/Sample%20-%20Superstore.xls",
                    (
                        "https://web.archive.org/web/2016id_/https://community.tableau.com/servlet/JiveServlet/downloadBody/"
                        "1236-102-2-15278/Sample%20-%20Superstore.xls"
                    ),
                ),
                (DataFile("Sample - Superstore.xls", "0325881499d5e95046d1b886ae10b2fd479336c59c9d5813b1b04e4903754d2f"),),
                forms.as_it_is("Sample - Superstore.xls"),
            ),
        ),
        form="The workbook itself; Tableau moved its forum, so the Internet Archive's copy is the second home.",
        verified="Expected checksum of our copy, else lines, customers, returns, sales and profit. Later editions have other years and are refused.",
        figures={"lines": "9994", "returns": "296", "customers": "793", "sales": "2297200.8603", "profit": "286397.0217"},
        measure=forms.measure_superstore,
    ),
    "cdnow": DataSet(
        about="CDNOW, the full cohort of the first quarter of 1997, observed to June 1998",
        home="https://www.brucehardie.com/datasets/",
        licence="Academic use, with citation of Fader and Hardie (2001)",
        downloads=(
            Download(
                "CDNOW_master.zip",
                ("https://www.brucehardie.com/datasets/CDNOW_master.zip", "http://www.brucehardie.com/datasets/CDNOW_master.zip"),
                (DataFile("CDNOW_master.txt", "eff6889ed364c5199d6eacbbeb7a6d559971df4406ac876f322c373f00a072ef"),),
                forms.cdnow,
            ),
        ),
        form="A zip with the text file; ours has a line of column names before its first row.",
        verified="Expected checksum of our copy, else transactions, customers, discs and dollars.",
        figures={"transactions": "69659", "customers": "23570", "discs": "167881", "dollars": "2500315.63"},
        measure=forms.measure_cdnow,
    ),
    "clv": DataSet(
        about="Donations for BG/BB (Fader, Hardie and Shang 2010)",
        home="https://www.brucehardie.com/datasets/",
        licence="Academic use; the copy is of PyMC-Marketing (Apache-2.0)",
        downloads=(
            _plain(
                "https://raw.githubusercontent.com/pymc-labs/pymc-marketing/00efd0730d0b55540d1448f5296147496864fdde/data/bgbb_donations.csv",
                "bgbb_donations.csv",
                "2fc684a16dbec2a257535db45cd53832ef6cc48ae4801998f2a7df7c8f73eb58",
            ),
        ),
        form="The file itself at a fixed commit. The table of two-segment retention (Fader and Hardie 2007) has no public file: it is printed in their paper.",
        verified="Expected checksum of our copy (same length and the same beginning were seen), else the rows.",
        figures={"bgbb_donations.csv": "11104"},
        measure=forms.rows_of_text("bgbb_donations.csv"),
    ),
    "telco_maven": DataSet(
        about="Customers of a telephone company, who left and why (Maven Analytics)",
        home="https://mavenanalytics.io/data-playground",
        licence="Maven Analytics, free for learning; from IBM's sample data",
        downloads=(
            Download(
                "telecom_customer_churn.zip",
                ("https://maven-datasets.s3.amazonaws.com/Telecom+Customer+Churn/Telecom+Customer+Churn.zip",),
                (
                    DataFile("telecom_customer_churn.csv", "e5495563056b81d64d7ba7c32a55d0815c3408293ae7c65ec9a344e8f7bb7a3d"),
                    DataFile("telecom_data_dictionary.csv", "6bfb55e9f6164fe6859b55bb084a3b45135e83ebf256c97c6f6e3b3d3e71e4df"),
                ),
                forms.telco,
            ),
        ),
        form="A zip with the table and its dictionary; ours leaves out latitude, longitude and the free reason.",
        verified="Expected checksums of our copy, else customers, those who left, revenue and refunds.",
        figures={"customers": "7043", "churned": "1869", "revenue": "21371131.69", "refunds": "13819.65"},
        measure=forms.measure_telco,
    ),
    "itsm": DataSet(
        about="UCI incident management event log: tickets of an IT service desk",
        home="https://archive.ics.uci.edu/dataset/498/incident+management+process+enriched+event+log",
        licence="CC BY 4.0 (Amaral, Fantinato and Peres, UCI Machine Learning Repository)",
        downloads=(
            Download(
                "incident_event_log.zip",
                ("https://archive.ics.uci.edu/static/public/498/incident+management+process+enriched+event+log.zip",),
                (DataFile("incident_event_log.zip", "88af0d0e2b066fe5de9a396b5baa2dd87ff1ded3117a66c844a2e73b27ac053b"),),
                forms.as_it_is("incident_event_log.zip"),
            ),
        ),
        form="The zip itself. Our copy is another edition of the same log: two of its columns are both called category.",
        verified="Expected checksum of our copy, else events and incidents.",
        figures={"events": "141712", "incidents": "24918"},
        measure=forms.measure_itsm,
    ),
    "hillstrom": DataSet(
        about="MineThatData e-mail test: 64,000 customers in three arms",
        home="https://blog.minethatdata.com/2008/03/minethatdata-e-mail-analytics-and-data.html",
        licence="Published by Kevin Hillstrom for anyone to analyse",
        downloads=(
            Download(
                "hillstrom.csv",
                (
                    "http://www.minethatdata.com/Kevin_Hillstrom_MineThatData_E-MailAnalytics_DataMiningChallenge_2008.03.20.csv",
                    "https://www.minethatdata.com/Kevin_Hillstrom_MineThatData_E-MailAnalytics_DataMiningChallenge_2008.03.20.csv",
                ),
                (DataFile("hillstrom.csv", "ff9e59285e9dc3f5fa3e0975419e6631ea5bdccd65d818991473d2367e02979c", required=True),),
                forms.without_last_newline("hillstrom.csv"),
                sha256="0e5893329d8b93cefecc571777672028290ab69865718020c78c7284f291aece",
            ),
        ),
        form="The file less the newline after its last row.",
        verified="By checksum: our copy and one newline give the checksum that is published for the download.",
    ),
    "persons": DataSet(
        about="Persons with known truth: fake_1000, FEBRL 3, 4a and 4b, and Senzing's demonstration",
        home="https://github.com/moj-analytical-services/splink_datasets",
        licence="MIT (Splink's data sets); Apache-2.0 (Senzing's truth set)",
        downloads=(
            _plain(f"{_SPLINK}/fake_1000.csv", "fake_1000.csv", "66f9b8f92b9b082ef982fe18c77030fbed8780f06ce1d40d7106be5a72392e2a"),
            _plain(
                f"{_SPLINK}/fake_1000_labels.csv",
                "fake_1000_labels.csv",
                "301374a12620ed174a72f96dd19f8a5805415e2ff8ac3de1b7dbf101e0b17909",
            ),
            _plain(
                f"{_SPLINK}/febrl/dataset3.csv", "febrl_dataset3.csv", "0e667330458ae88dd3d6b9cab39af4e7629a2fef98a810d0ea5f15e48220bdbf"
            ),
            _plain(
                f"{_SPLINK}/febrl/dataset4a.csv", "febrl_dataset4a.csv", "797ffc5072b5d6cbfdcd0bcb603b92be8916fa67fe8e180db366994c5389d3a0"
            ),
            _plain(
                f"{_SPLINK}/febrl/dataset4b.csv", "febrl_dataset4b.csv", "af0330f0c355b7b12006ac0b8a2de23539d3bc868153f9416fc5ae43cc5f401c"
            ),
            *(_plain(f"{_SENZING}/{file}", f"senzing_truthset_demo/{file}", sha256) for file, sha256 in _SENZING_FILES.items()),
        ),
        form="The files themselves; Senzing's at a fixed commit.",
        verified="Expected checksums of our copy, else the rows of each table.",
        figures={
            "fake_1000.csv": "1000",
            "fake_1000_labels.csv": "3176",
            "febrl_dataset3.csv": "5000",
            "febrl_dataset4a.csv": "5000",
            "febrl_dataset4b.csv": "5000",
            "senzing_truthset_demo/customers.csv": "120",
        },
        measure=forms.rows_of_text(
            "fake_1000.csv",
            "fake_1000_labels.csv",
            "febrl_dataset3.csv",
            "febrl_dataset4a.csv",
            "febrl_dataset4b.csv",
            "senzing_truthset_demo/customers.csv",
        ),
    ),
}
